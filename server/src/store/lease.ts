import { randomUUID } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/*
 * Who holds something that machines share, for file systems on which they do not see each other's locks. The holder writes a record
 * again and again, each time with another number; one whose record stands still for the length of a lease has died. No clocks are compared.
 */

/** A record's length, the same for all, so that one write replaces it. */
const RECORD_BYTES = 1024;

/** Who holds a lease, as its record says. */
export interface Holder {
  /** Told from all others, ever. */
  readonly id: string;
  /** Where it runs; holders of one machine are told apart by other means. */
  readonly machine: string;
  /** For people: the name of the machine, or of the container. */
  readonly host: string;
  readonly pid: number;
}

/** How a lease is taken. */
export interface LeaseTerms {
  readonly path: string;
  readonly self: Omit<Holder, 'id'>;
  /** How often the holder says that it lives, ms. */
  readonly beatMs: number;
  /** How long it may be silent before another machine takes its place, ms: many beats. */
  readonly leaseMs: number;
  /** Called once when another one has taken its place: whoever held the lease has to stop at once. */
  readonly onLost: () => void;
}

/**
 * Takes a lease where it is free, at once where its holder was on this machine: the caller knows that it is gone. A holder on another
 * machine is watched for the length of the lease, and is what is given when it lives. Otherwise the lease is held until it is disposed.
 */
export async function takeLease(terms: LeaseTerms): Promise<AsyncDisposable | Holder> {
  const { path, self, leaseMs, beatMs } = terms;
  const own: Holder = { ...self, id: randomUUID() };
  for (;;) {
    if (await create(path, own)) return keep(terms, own);
    const text = await read(path);
    if (text === null) continue;
    // A record that cannot be read is one that somebody is just writing, somewhere.
    const isOurs = parse(text)?.machine === self.machine;
    if (!isOurs && (await changes(path, text, leaseMs, beatMs))) {
      const holder = parse(await read(path));
      if (holder) return holder;
      continue; // it was given back meanwhile
    }
    if ((await read(path)) !== text) continue;
    await rm(path, { force: true });
    if (isOurs || !(await create(path, own))) continue;
    // Another machine may have watched as long as we did, and now remove what we wrote.
    await pause(beatMs);
    if (parse(await read(path))?.id === own.id) return keep(terms, own);
  }
}

/** Who holds a lease, as far as its record says. */
export const readHolder = async (path: string): Promise<Holder | null> => parse(await read(path));

/** Beats until it is disposed. */
function keep({ path, beatMs, onLost }: LeaseTerms, own: Holder): AsyncDisposable {
  let beats = 0;
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = beating.then(async () => {
      const text = await read(path).catch(() => null); // a file system that is away for a moment
      if (text === null) return;
      if (parse(text)?.id === own.id) return write(path, own, ++beats).catch(() => {});
      clearInterval(timer);
      onLost();
    });
  }, beatMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await beating;
      if (parse(await read(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}

/** Whether a record becomes another one before a lease is over. */
async function changes(path: string, text: string, leaseMs: number, beatMs: number): Promise<boolean> {
  for (const end = performance.now() + leaseMs; performance.now() < end; ) {
    await pause(beatMs / 4);
    if ((await read(path)) !== text) return true;
  }
  return false;
}

/** Writes the first record; false when there is one. */
async function create(path: string, own: Holder): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.write(recordOf(own, 0), 0);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/** Writes in place: who opens a file on another machine sees what was last written to it, which is not so for names in folders. */
async function write(path: string, own: Holder, beats: number): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(recordOf(own, beats), 0);
}

const recordOf = (own: Holder, beats: number) => `${JSON.stringify({ ...own, beats }).padEnd(RECORD_BYTES - 1)}\n`;

/** What a record says; null where there is none. */
async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}

function parse(text: string | null): Holder | null {
  try {
    const { id, machine, host, pid } = JSON.parse(text ?? '') as Partial<Holder>;
    const isWhole = typeof id === 'string' && typeof machine === 'string' && typeof host === 'string';
    return isWhole && typeof pid === 'number' ? { id, machine, host, pid } : null;
  } catch {
    return null;
  }
}
