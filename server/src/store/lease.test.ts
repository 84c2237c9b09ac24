import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { readHolder, takeLease } from './lease.ts';

/** Short enough for a test, long enough for a machine that has much else to do. */
const TIMES = { beatMs: 100, leaseMs: 1500 };

describe('a lease', () => {
  let folder: string;
  let path: string;
  const held: AsyncDisposable[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-lease-'));
    path = join(folder, 'holder');
    return async () => {
      for (const lease of held.splice(0)) await lease[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });

  const take = async (machine: string, times = TIMES) => {
    const onLost = vi.fn();
    const self = { machine, host: `host-${machine}`, pid: 1 };
    const lease = await takeLease({ path, self, ...times, onLost });
    const isHeld = !('id' in lease);
    if (isHeld) held.push(lease);
    return { lease, isHeld, onLost };
  };
  /** What a machine leaves behind that loses its power. */
  const leave = (machine: string) => writeFile(path, JSON.stringify({ id: 'x', machine, host: 'h', pid: 1, beats: 7 }));

  test('is refused to another machine as long as its holder lives, and says who that is', async () => {
    await take('a');
    const { lease, isHeld } = await take('b');
    expect(isHeld).toBe(false);
    expect(lease).toMatchObject({ machine: 'a', host: 'host-a', pid: 1 });
  });

  test('goes to another machine when its holder is silent for its length, not before', async () => {
    await leave('a');
    const start = performance.now();
    expect((await take('b')).isHeld).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(TIMES.leaseMs);
    expect(await readHolder(path)).toMatchObject({ machine: 'b' });
  });

  test('goes at once to the machine of a holder that is known to be gone', async () => {
    await leave('b');
    expect((await take('b', { ...TIMES, leaseMs: 3600_000 })).isHeld).toBe(true); // an hour would be noticed
    expect((await readHolder(path))?.id).not.toBe('x');
  });

  test('of a dead holder goes to exactly one of many machines', async () => {
    await leave('a');
    const all = await Promise.all(['b', 'c', 'd', 'e', 'f', 'g'].map((machine) => take(machine)));
    expect(all.filter(({ isHeld }) => isHeld)).toHaveLength(1);
    const [winner] = all.filter(({ isHeld }) => isHeld);
    expect(winner!.onLost).not.toHaveBeenCalled();
  });

  test('that is free goes to exactly one of many machines', async () => {
    const all = await Promise.all(['b', 'c', 'd', 'e', 'f', 'g'].map((machine) => take(machine)));
    expect(all.filter(({ isHeld }) => isHeld)).toHaveLength(1);
  });

  test('is not taken from somebody who is just writing the record', async () => {
    await writeFile(path, '');
    let isOver = false;
    const taking = take('b').finally(() => (isOver = true));
    for (let beats = 0; !isOver; beats++) {
      await writeFile(path, JSON.stringify({ id: 'x', machine: 'a', host: 'h', pid: 4711, beats }));
      await setImmediate();
    }
    expect((await taking).lease).toMatchObject({ machine: 'a', pid: 4711 });
  });

  test('is free again once it was given back', async () => {
    await take('a');
    await held.pop()![Symbol.asyncDispose]();
    expect(await readHolder(path)).toBeNull();
    expect((await take('b')).isHeld).toBe(true);
  });

  test('tells its holder when another one has it, once, and leaves that one alone', async () => {
    const { onLost } = await take('a');
    await rm(path);
    await leave('b');
    await expect.poll(() => onLost.mock.calls.length, { timeout: 10_000 }).toBe(1);
    await held.pop()![Symbol.asyncDispose]();
    expect(await readHolder(path)).toMatchObject({ id: 'x', machine: 'b' });
  });
});
