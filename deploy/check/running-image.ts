import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { ImageSettings } from './dockerfile.ts';

/** A user and its group, by number. */
interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A process that was started as an image says, in a plain folder. */
export class RunningImage implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** All it has said so far. */
  said = '';
  /** Whom it runs as, where that is not us. */
  readonly user?: User;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  readonly #heard = new Set<() => void>();

  constructor(child: ChildProcess, user?: User) {
    this.#child = child;
    this.user = user;
    this.ended = new Promise((resolve) => child.on('close', resolve));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (data: Buffer) => {
        this.said += data.toString();
        for (const hear of this.#heard) hear();
      });
    }
    child.on('close', () => {
      for (const hear of this.#heard) hear();
    });
  }

  /** Waits until it has said something that fits. @throws {Error} with all it said, when it ends before. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.said);
      if (found) return found;
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode) throw new Error(`It ended (${exitCode ?? signalCode}):\n${this.said}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#heard.add(resolve);
      await promise;
      this.#heard.delete(resolve);
    }
  }

  /** Tells it to stop, and gives its exit code: null where a signal had to end it. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** How a process is started. */
export interface Start {
  readonly image: ImageSettings;
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Instead of the image's command. */
  readonly command?: readonly string[];
  /** Instead of the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Beside the image's variables. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts what an image starts, without tini, as the image's user where we may choose one: then it can write to its volume and nowhere
 * else in the folder.
 */
export async function startImage({ image, root, command, entrypoint, env }: Start): Promise<RunningImage> {
  const cwd = join(root, image.workingFolder);
  const user = imageUser(image, [process.execPath, cwd, ...(env.ORATOR_FFMPEG ? [env.ORATOR_FFMPEG] : [])]);
  const volumes = new Map(image.volumes.map((volume) => [volume, join(root, volume)]));
  for (const path of volumes.values()) {
    await mkdir(path, { recursive: true });
    if (user) await chown(path, user.uid, user.gid);
  }
  const own = Object.entries(image.env).map(([name, value]) => [name, volumes.get(value) ?? value]);
  const words = [...(entrypoint ?? image.entrypoint), ...(command ?? image.command)];
  const [program, ...args] = words[0]!.endsWith('/tini') ? words.slice(2) : words;
  if (program !== 'node') throw new Error(`An image starts ${program}: only Node is understood.`);
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: join(root, 'nowhere'), ...Object.fromEntries(own), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  return new RunningImage(child, user);
}

/** The image's user, where we may become it and it may run what it needs. */
function imageUser({ user }: ImageSettings, needs: readonly string[]): User | undefined {
  if (userInfo().uid !== 0 || !user) return undefined;
  const [uid, gid] = user.split(':').map(Number) as [number, number];
  const mayUse = (path: string) => spawnSync('test', ['-x', path], { uid, gid }).status === 0;
  return needs.every(mayUse) ? { uid, gid } : undefined;
}
