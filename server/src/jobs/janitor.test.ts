import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { cleanUp } from './janitor.ts';

/** None is on its way. */
const NO_UPLOADS = { removeExpired: async () => 0 };
const DAY_MS = 86_400_000;

test('what nothing leads to is removed after its time, and what others keep in our bucket never', async () => {
  const data = await mkdtemp(join(tmpdir(), 'orator-janitor-'));
  try {
    await using database = await openTestDatabase(data);
    await using storage = new MemoryStorage();
    const [lost, kept] = [`avatars/${randomUUID()}/1.tar`, `avatars/${randomUUID()}/2.tar`];
    const foreign = ['avatars/42/abc123.tar', `avatars/${randomUUID()}.tar`, `avatars/42/${randomUUID()}.tar`];
    const ours = [lost, kept, 'runpod/local/a.tar', 'endpoint/avatars/42/a.tar', 'clips/a/1.mp4', 'uploads/a'];
    for (const key of [...ours, ...foreign]) {
      await storage.put(key, (async function* () {})(), { type: 'application/x-tar' });
    }
    await database.tables
      .insertInto('assets')
      .values({
        id: 'a',
        owner: 'ann',
        kind: 'avatar',
        storage_key: kept,
        name: 'a.tar',
        type: 'application/x-tar',
        bytes: 0,
        sha256: '',
        expires_at: null,
      })
      .execute();
    const left = async () => {
      const keys: string[] = [];
      for await (const { key } of storage.list('')) keys.push(key);
      return keys.toSorted();
    };
    expect(await cleanUp(database, storage, NO_UPLOADS, { jobDays: 0 }, Date.now() + DAY_MS / 2)).toBe(0);
    const removed = await cleanUp(database, storage, NO_UPLOADS, { jobDays: 0 }, Date.now() + 2 * DAY_MS);
    expect(await left()).toEqual([...foreign, kept, 'endpoint/avatars/42/a.tar'].toSorted());
    expect(removed).toBe(4);
    expect(await cleanUp(database, storage, NO_UPLOADS, { jobDays: 0 }, Date.now() + 9 * DAY_MS)).toBe(1);
    expect(await left()).toEqual([...foreign, kept].toSorted());
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}, 60_000);
