import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { makeFolder } from '../folder.ts';
import { outputError } from '../output.ts';
import { isAvatarName } from './avatar-layout.ts';

const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * An avatar's folder that exists under its own name only when it is complete: filled beside it under a temporary name, then renamed.
 * An avatar that lies there already is replaced in that moment. Disposing it before `publish` removes it.
 */
export class FolderOutput implements AsyncDisposable {
  /** The final name. */
  readonly path: string;
  /** Where to write until then. */
  readonly temporary: string;
  #published = false;

  private constructor(path: string, temporary: string) {
    this.path = path;
    this.temporary = temporary;
  }

  /** Makes the temporary folder. @throws {OratorError} `output/unwritable` when `path` is something other than an avatar. */
  static async reserve(path: string): Promise<FolderOutput> {
    const target = resolve(path);
    await checkReplaceable(target);
    try {
      await makeFolder(dirname(target), 0o777); // the user's own place, as the system makes it
      await removeAbandoned(target);
      const temporary = await mkdtemp(join(dirname(target), `${prefixOf(target)}${process.pid}-`));
      return new FolderOutput(target, temporary);
    } catch (thrown) {
      throw outputError(thrown, target);
    }
  }

  /** Makes a folder inside. @throws {OratorError} `output/…` */
  async folder(name: string): Promise<string> {
    const path = join(this.temporary, name);
    await mkdir(path).catch((thrown: unknown) => {
      throw outputError(thrown, this.path);
    });
    return path;
  }

  /** Gives the folder its name. @throws {OratorError} `output/unwritable` */
  async publish(): Promise<void> {
    const old = `${this.temporary}.old`;
    try {
      await chmod(this.temporary, 0o755); // until now nobody else could look inside
      const replaced = await rename(this.path, old).then(
        () => true,
        () => false,
      );
      try {
        await rename(this.temporary, this.path);
      } catch (thrown) {
        if (replaced) await rename(old, this.path);
        throw thrown;
      }
      this.#published = true;
      await rm(old, { recursive: true, force: true });
    } catch (thrown) {
      throw outputError(thrown, this.path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#published) await rm(this.temporary, { recursive: true, force: true });
  }
}

/** Removes what processes of this machine that are gone have left behind for the same target. */
async function removeAbandoned(target: string): Promise<void> {
  const start = prefixOf(target);
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(start) ? /^(\d+)-/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

const prefixOf = (target: string) => `.${basename(target).slice(0, 100)}.${machine}-`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'; // someone else's, yet alive
  }
}

/** Replacing a folder deletes what it holds: only avatars and empty folders are. */
async function checkReplaceable(target: string): Promise<void> {
  const names = await readdir(target).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw outputError(thrown, target);
  });
  if (names.every(isAvatarName)) return;
  throw new OratorError(
    'output/unwritable',
    `"${target}" holds other things than an avatar, which would be lost. Choose another folder.`,
  );
}
