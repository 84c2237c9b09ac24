import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

const MODULE = new URL('./folder-lock.ts', import.meta.url).href;
const SCRIPT = `
  const { lockFolder } = await import(${JSON.stringify(MODULE)});
  try {
    globalThis.lock = await lockFolder(process.argv[1], () => {});
    console.log('held by ' + process.pid);
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(error.code + ' ' + error.message);
  }
`;
/** As containers are: with process numbers of their own, so that each is number 1. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child'];
const unheard = () => {};

const canContain = (() => {
  try {
    execFileSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('the lock of a data folder', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-lock-'));
    return async () => {
      for (const child of children.splice(0)) await kill(child);
      await rm(folder, { recursive: true, force: true });
    };
  });

  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  /** A process that takes the lock, and what it says of it. */
  const contend = async (around: readonly string[] = []) => {
    const [program, ...args] = [...around, process.execPath, '--input-type=module', '-e', SCRIPT, folder];
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: said.toString().trim() };
  };

  test('is refused to a second process and to a second opener, with who has it', async () => {
    const { child, said } = await contend();
    expect(said).toBe(`held by ${child.pid}`);
    const who = `in use by process ${child.pid} on ${hostname()}`;
    expect((await contend()).said).toMatch(new RegExp(`^data/locked .*${who}`));
    await expect(lockFolder(folder, unheard)).rejects.toMatchObject({
      code: 'data/locked',
      message: expect.stringContaining(who),
    });
  }, 30_000);

  test('is refused to a second opener in one process, which takes nothing from the first', async () => {
    await using _lock = await lockFolder(folder, unheard);
    await expect(lockFolder(folder, unheard)).rejects.toMatchObject({ code: 'data/locked' });
    expect((await contend()).said).toContain(`data/locked`);
  }, 30_000);

  test('is free at once after a kill, and after it was given back', async () => {
    const { child } = await contend();
    await kill(child);
    {
      await using _lock = await lockFolder(folder, unheard);
      expect((await contend()).said).toContain(`in use by process ${process.pid} `);
    }
    expect(await readdir(folder)).toEqual(['system.lock']);
    await using _again = await lockFolder(folder, unheard);
  }, 30_000);

  test('goes to exactly one of many that start at once after a kill', async () => {
    await kill((await contend()).child);
    const all = await Promise.all(Array.from({ length: 5 }, () => contend()));
    expect(all.filter(({ said }) => said.startsWith('held by'))).toHaveLength(1);
    expect(all.filter(({ said }) => said.startsWith('data/locked'))).toHaveLength(4);
  }, 60_000);

  test.skipIf(!canContain)(
    `tells containers apart that share a folder and their process numbers${canContain ? '' : ' (there is no right to make some)'}`,
    async () => {
      const first = await contend(CONTAINER);
      expect(first.said).toBe('held by 1');
      const second = await contend(CONTAINER);
      expect(second.said).toContain('data/locked');
      expect(second.said).toContain('in use by process 1 on');
      await kill(first.child);
      await expect.poll(async () => (await contend(CONTAINER)).said, { timeout: 10_000 }).toBe('held by 1');
    },
    60_000,
  );
});
