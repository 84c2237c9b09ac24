/** The pieces of a body. Leaving early cancels it. */
export async function* bytesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  if (!body) return;
  const reader = body.getReader(); // Safari cannot iterate over a stream
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {}); // one that broke is over anyway
  }
}
