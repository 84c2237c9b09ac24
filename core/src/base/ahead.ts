/**
 * Lets `source` work up to `depth` items ahead of its reader, never further.
 * Leaving the loop early stops the source and hands unread items to `discard`.
 */
export async function* ahead<T>(
  source: AsyncIterable<T>,
  depth: number,
  discard: (item: T) => void,
): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<T>>[] = [];
  const pull = () => {
    const next = items.next();
    next.catch(() => {}); // reported when it is awaited below
    pending.push(next);
  };
  try {
    for (let i = 0; i < depth; i++) pull();
    for (;;) {
      const next = await pending.shift();
      if (next === undefined || next.done) return;
      pull();
      yield next.value;
    }
  } finally {
    const stopped = items.return?.();
    for (const left of await Promise.allSettled(pending)) {
      if (left.status === 'fulfilled' && !left.value.done) discard(left.value.value);
    }
    await stopped;
  }
}
