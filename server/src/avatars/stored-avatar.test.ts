import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { PORTRAIT_FILES } from './portrait-avatar.ts';
import { fetchPortrait } from './stored-avatar.ts';

test('a portrait whose file cannot be written down says so with a code, and not where our files lie', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-stored-'));
  const storage = new MemoryStorage();
  const tar = pack();
  tar.entry({ name: PORTRAIT_FILES.picture }, Buffer.alloc(1000));
  tar.finalize();
  await storage.put('avatars/a.tar', tar as AsyncIterable<Uint8Array>, { type: 'application/x-tar' });
  await mkdir(join(folder, PORTRAIT_FILES.picture)); // in the way
  const failure = await fetchPortrait(storage, 'avatars/a.tar', folder, new AbortController().signal).catch(
    (thrown: unknown) => thrown,
  );
  expect(failure).toMatchObject({ code: 'output/unwritable', message: expect.not.stringContaining(folder) });
  await rm(folder, { recursive: true });
});
