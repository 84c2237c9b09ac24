import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { OratorError } from '@orator/core/base/errors';

/** A day: a temporary file that another machine left untouched for so long is nobody's any more. */
const STALE_MS = 24 * 3600 * 1000;
/** Less than this is no room: ffmpeg writes its output in blocks of 32 kB. */
const FULL_BYTES = 32 << 10;
/** File systems allow 255 bytes for a name; the rest is for what the temporary name adds. */
const LONGEST_NAME = 180;
/** `.clip.mp4.1a2b3c4d-4711-1.part`: for `clip.mp4`, by process 4711 of the machine 1a2b3c4d. */
const TEMPORARY = /^\..*\.([0-9a-f]{8})-(\d+)-\d+\.part$/;

const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
let serial = 0;

/**
 * A file that exists under its own name only when it is complete: written beside it under a temporary name, flushed to disk,
 * then renamed. Disposing it before `publish` removes it.
 */
export class Output implements AsyncDisposable {
  /** The final name. */
  readonly path: string;
  /** Where to write until then: in the same folder, so that renaming is one step. */
  readonly temporary: string;
  #published = false;

  private constructor(path: string, temporary: string) {
    this.path = path;
    this.temporary = temporary;
  }

  /** Reserves the temporary name. @throws {OratorError} `output/unwritable` when `path` can never be written. */
  static async reserve(path: string): Promise<Output> {
    const target = resolve(path);
    if (/[/\\]$/.test(path)) throw unwritable(target, 'is the name of a folder', 'Add a file name to it.');
    const found = await stat(target).catch(() => null);
    if (found?.isDirectory()) throw unwritable(target, 'is a folder', 'Add a file name to it.');
    if (found && !found.isFile()) throw unwritable(target, 'is not a file', 'Choose another name.');
    const name = Buffer.from(basename(target)).subarray(0, LONGEST_NAME).toString();
    const temporary = join(dirname(target), `.${name}.${machine}-${process.pid}-${++serial}.part`);
    try {
      await (await open(temporary, 'wx')).close();
    } catch (thrown) {
      throw outputError(thrown, target);
    }
    return new Output(target, temporary);
  }

  /** Flushes the temporary file and gives it its name. @throws {OratorError} `output/unwritable`, `output/disk-full` */
  async publish(): Promise<void> {
    try {
      await synchronise(this.temporary, 'r+');
      await rename(this.temporary, this.path);
      this.#published = true;
      // Makes the new name last through a power cut; some systems cannot open folders, and lose nothing by it.
      await synchronise(dirname(this.path), 'r').catch(() => {});
    } catch (thrown) {
      throw outputError(thrown, this.path);
    }
  }

  /** Whether the disk under the temporary file has no room for another block. */
  async isOutOfRoom(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.temporary);
    return bavail * bsize < FULL_BYTES;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#published) await rm(this.temporary, { force: true });
  }
}

/**
 * Says at once whether a clip can be written there, before any work is done; leaves nothing behind.
 * @throws {OratorError} `output/unwritable`, `output/disk-full`
 */
export async function checkOutput(path: string): Promise<void> {
  await using _ = await Output.reserve(path);
}

/**
 * Refuses to write over what a clip is made from, under whatever name.
 * @throws {OratorError} `output/unwritable`
 */
export async function keepInputs(path: string, inputs: readonly string[]): Promise<void> {
  const target = await stat(path).catch(() => null);
  for (const input of target ? inputs : []) {
    const given = await stat(input).catch(() => null);
    if (given && given.dev === target!.dev && given.ino === target!.ino) {
      throw unwritable(path, 'is what the clip is made from, and would be lost', 'Choose another name with --output.');
    }
  }
}

/** Removes temporary files in `folder` whose process is gone. Those of other machines are left alone for a day. */
export async function cleanOutputs(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, owner, pid] = TEMPORARY.exec(name) ?? [];
    if (owner === undefined) continue;
    const path = join(folder, name);
    const stale = owner === machine ? !isRunning(Number(pid)) : await isUntouched(path);
    if (stale) await rm(path, { force: true }).catch(() => {}); // another process may clean at the same time
  }
}

/** Turns what a file system says about a file into the error its user can act on. */
export function outputError(thrown: unknown, path: string): OratorError {
  if (thrown instanceof OratorError) return thrown;
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new OratorError(
        'output/disk-full',
        `There is no room left for "${path}". Free some space, or choose another folder.`,
        {
          cause: thrown,
        },
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return unwritable(path, 'lies in a folder that does not exist', 'Create the folder first.', thrown);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return unwritable(path, 'lies where writing is not allowed', 'Choose another folder.', thrown);
    default:
      return unwritable(path, 'cannot be written', 'Choose another name or folder.', thrown);
  }
}

function unwritable(path: string, what: string, cure: string, cause?: unknown): OratorError {
  return new OratorError('output/unwritable', `"${path}" ${what}. ${cure}`, { cause });
}

async function synchronise(path: string, flags: string): Promise<void> {
  const file: FileHandle = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'; // someone else's, yet alive
  }
}

async function isUntouched(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > STALE_MS;
}
