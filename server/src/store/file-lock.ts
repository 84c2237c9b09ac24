import { DatabaseSync } from 'node:sqlite';

/** SQLite's code for a lock that somebody else has. */
const BUSY = 5;

/**
 * Locks a file as the operating system does, until it is disposed or the process ends in whatever way; null when another one has it, also
 * from another container on this machine. Node itself cannot ask for such a lock; its SQLite can, and nothing is ever written to the file.
 */
export function lockFile(path: string): Disposable | null {
  const handle = new DatabaseSync(path);
  try {
    handle.exec('pragma journal_mode = memory; begin exclusive');
    return { [Symbol.dispose]: () => handle.close() };
  } catch (thrown) {
    handle.close();
    if ((thrown as { readonly errcode?: number }).errcode === BUSY) return null;
    throw thrown;
  }
}
