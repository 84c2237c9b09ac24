import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where Debian puts PostgreSQL's programs, one folder a version. */
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL server of its own for tests, in a temporary folder. */
export interface TestPostgres extends AsyncDisposable {
  readonly url: string;
  /** Kills it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  start(): Promise<void>;
}

/** The folder of PostgreSQL's programs, or null where it is not installed. */
export async function findPostgres(): Promise<string | null> {
  const versions = await readdir(DEBIAN).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest ? join(DEBIAN, newest, 'bin') : null;
}

/** Starts a server on a free port. It refuses to run as root, so then it runs as the user that Debian made for it. */
export async function openTestPostgres(programs: string): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'orator-postgres-'));
  const user = userInfo().uid === 0 ? await userIds('postgres') : undefined;
  if (user) await chown(folder, user.uid, user.gid);
  const run = promisify(execFile);
  const data = join(folder, 'data');
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'orator', '-A', 'trust', '--no-sync'], user);
  const port = await freePort();
  const options = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const launch = () => spawn(join(programs, 'postgres'), options, { ...user, stdio: 'ignore' });
  let server = launch();
  const ready = async () => {
    for (let tries = 0; tries < 100; tries++) {
      const said = await run(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).catch(() => null);
      if (said) return;
      // A killed one's children hold its memory until they notice; a new one refuses to start before.
      if (server.exitCode !== null) server = launch();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('PostgreSQL did not start in time.');
  };
  const stop = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  };
  await ready();
  return {
    url: `postgres://orator@127.0.0.1:${port}/postgres`,
    kill: () => stop('SIGKILL'),
    async start() {
      server = launch();
      await ready();
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function userIds(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, name])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
