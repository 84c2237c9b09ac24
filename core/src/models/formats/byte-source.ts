import type { Refusal } from './refusal.ts';

/** Bytes that are read piece by piece: of a file, or in memory. Reading beyond `size` is the caller's mistake. */
export interface ByteSource {
  readonly size: number;
  /** The `length` bytes from `at` on; the receiver may keep them. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** A source of bytes that are in memory already; what it gives are views of them. */
export const bytesInMemory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
});

/** Reads what has to be there: never makes room for more than the source has. Throws what `refuse` makes. */
export async function readExactly(
  source: ByteSource,
  at: number,
  length: number,
  refuse: Refusal,
): Promise<Uint8Array> {
  if (at < 0 || length < 0 || !(at + length <= source.size)) throw refuse('it is cut off');
  const bytes = await source.read(at, length);
  if (bytes.length !== length) throw refuse('it is cut off');
  return bytes;
}
