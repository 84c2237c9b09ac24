import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanUp } from '../jobs/janitor.ts';
import { ffmpegFinder } from '../media/ffmpeg.ts';
import { ALLOW_NONE } from '../net/address-guard.ts';
import { TestService } from '../service/test-service.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import type { PutOptions } from '../storage/storage.ts';
import { keysOf } from '../storage/storage-contract.ts';
import { openTestS3 } from '../storage/test-s3.ts';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { Intake } from './intake.ts';
import { ResumableUploads } from './resumable-uploads.ts';

const PICTURE = await readFile(fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url)));
const HALF = PICTURE.length >> 1;
/** How much may be open: by a key two, of all three; as bytes two and a half pictures and four. */
const OPEN = { perOwner: 2, bytesPerOwner: 2.5 * PICTURE.length, inAll: 3, bytesInAll: 4 * PICTURE.length };
const HOUR_MS = 3600_000;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A storage with a full disk, as long as `isFull`. */
class FullStorage extends MemoryStorage {
  isFull = false;

  override async putFile(key: string, path: string, options: PutOptions) {
    if (this.isFull) throw new OratorError('output/disk-full', 'There is no room left.');
    return super.putFile(key, path, options);
  }
}

describe('resumable uploads', () => {
  let folder: string;
  let database: Database;
  let storage: FullStorage;
  let uploads: ResumableUploads;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-uploads-'));
    database = await openTestDatabase(join(folder, 'data'));
  }, 60_000);
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    storage = new FullStorage();
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    const intake = new Intake({
      database,
      storage,
      scratch,
      ffmpeg: ffmpegFinder({ path: process.env.PATH ?? '' }),
      guard: { allow: ALLOW_NONE },
      mostMegabytes: 50,
      downloadSeconds: 10,
      keepDays: 1,
    });
    uploads = new ResumableUploads(database, storage, intake, OPEN);
    return async () => {
      expect(await readdir(scratch)).toEqual([]);
      await database.tables.deleteFrom('uploads').execute();
    };
  });

  const begin = (owner = 'ann', bytes = PICTURE.length) =>
    uploads.create({ owner, name: 'a.jpg', metadata: '', bytes });

  test('are removed with all that came when nobody goes on in time, by the janitor', async () => {
    const { id } = await begin();
    await uploads.append('ann', id, { at: 0, source: once(PICTURE.subarray(0, HALF)) });
    await cleanUp(database, storage, uploads, { jobDays: 0 }, Date.now() + 23 * HOUR_MS);
    expect(await keysOf(storage, 'partials/')).toHaveLength(1);
    await cleanUp(database, storage, uploads, { jobDays: 0 }, Date.now() + 25 * HOUR_MS);
    expect(await keysOf(storage)).toEqual([]);
    await expect(uploads.find('ann', id)).rejects.toMatchObject({ code: 'upload/unknown' });
  });

  const refused = (words: string) => ({ code: 'limit/reached', message: expect.stringContaining(words) });

  test('of one key are limited in number until one is finished, given up or expired', async () => {
    const [first, second] = [await begin(), await begin()];
    await expect(begin()).rejects.toMatchObject(refused('This key has 2 uploads open'));
    await uploads.append('ann', first.id, { at: 0, source: once(PICTURE) });
    await begin();
    await expect(begin()).rejects.toMatchObject(refused('Finish some'));
    await uploads.remove('ann', second.id);
    await begin();
    await database.tables
      .updateTable('uploads')
      .set({ expires_at: new Date(0) })
      .where('owner', '=', 'ann')
      .execute();
    await begin();
  });

  test('of one key are limited in bytes, which one alone may exceed', async () => {
    const alone = await begin('ann', 3 * PICTURE.length);
    await expect(begin('ann', 1)).rejects.toMatchObject(refused('Finish some'));
    await uploads.remove('ann', alone.id);
    await begin();
    await expect(begin('ann', 2 * PICTURE.length)).rejects.toMatchObject(refused('Finish some'));
    await begin('ann', 1.5 * PICTURE.length);
  });

  test('of all keys are limited in number and bytes', async () => {
    for (const owner of ['ann', 'bob', 'cyd']) await begin(owner);
    await expect(begin('dan')).rejects.toMatchObject(refused('Begin this one later'));
    await database.tables.deleteFrom('uploads').execute();
    await begin('ann', 2 * PICTURE.length);
    await expect(begin('bob', 3 * PICTURE.length)).rejects.toMatchObject(refused('Begin this one later'));
  });

  test('leave their file behind when they are removed', async () => {
    const { id } = await begin();
    await uploads.append('ann', id, { at: 0, source: once(PICTURE) });
    expect(await keysOf(storage)).toEqual([`uploads/${id}`]);
    await uploads.remove('ann', id);
    expect(await keysOf(storage)).toEqual([`uploads/${id}`]);
  });

  test('whose last step failed are finished by who asks next', async () => {
    const { id } = await begin();
    storage.isFull = true;
    const work = uploads.append('ann', id, { at: 0, source: once(PICTURE) });
    await expect(work).rejects.toMatchObject({ code: 'output/disk-full' });
    await expect(uploads.find('ann', id)).rejects.toMatchObject({ code: 'output/disk-full' });
    storage.isFull = false;
    const both = await Promise.all([uploads.find('ann', id), uploads.find('ann', id)]);
    for (const row of both) expect(row.finished_at).toBeInstanceOf(Date);
    expect(await keysOf(storage)).toEqual([`uploads/${id}`]);
  });

  test('lose pieces that never counted to the janitor, and no others', async () => {
    const { id } = await begin();
    await uploads.append('ann', id, { at: 0, source: once(PICTURE.subarray(0, HALF)) });
    const [counts] = await keysOf(storage, 'partials/');
    await storage.put(`partials/${id}/lost`, once(PICTURE), { type: 'application/octet-stream' });
    await database.tables
      .updateTable('uploads')
      .set({ expires_at: new Date(Date.now() + 99 * HOUR_MS) })
      .execute();
    await cleanUp(database, storage, uploads, { jobDays: 0 }, Date.now() + 25 * HOUR_MS);
    expect(await keysOf(storage)).toEqual([counts]);
    const row = await uploads.append('ann', id, { at: HALF, source: once(PICTURE.subarray(HALF)) });
    expect(row.finished_at).toBeInstanceOf(Date);
  });
});

const programs = await findPostgres();
describe.skipIf(!programs)(`with PostgreSQL and S3${programs ? '' : ' (PostgreSQL is not installed)'}`, () => {
  test('begun at two servers at once no more are open than may be, and one goes on at the other when the first is dead', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orator-uploads-s3-'));
    await using s3 = await openTestS3(join(folder, 'buckets'), 'orator');
    await using postgres = await openTestPostgres(programs!);
    const env = {
      ORATOR_DATABASE_URL: postgres.url,
      ...s3.settings,
      ORATOR_WORKERS: '0',
      ORATOR_OPEN_UPLOADS_PER_KEY: '3',
    };
    await using first = await TestService.start({ ...env, ORATOR_DATA: join(folder, 'a') });
    await using second = await TestService.start({ ...env, ORATOR_DATA: join(folder, 'b') });
    const tus = (url: string, method: string, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>) =>
      fetch(url, { method, headers: { 'tus-resumable': '1.0.0', ...headers }, ...(body ? { body } : {}) });
    const part = (service: TestService, path: string, at: number, bytes: Uint8Array) => {
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(at) };
      return tus(service.url + path, 'PATCH', headers, Uint8Array.from(bytes));
    };
    const begun = await Promise.all(
      [first, second, first, second, first, second, first, second].map(({ url }) =>
        tus(`${url}/api/v1/uploads/resumable`, 'POST', { 'upload-length': String(PICTURE.length) }),
      ),
    );
    expect(begun.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429, 429, 429, 429]);
    const refused = begun.find(({ status }) => status === 429)!;
    expect(await refused.json()).toMatchObject({ code: 'limit/reached' });
    const path = begun.find(({ status }) => status === 201)!.headers.get('location')!;
    expect((await part(first, path, 0, PICTURE.subarray(0, HALF))).status).toBe(204);
    await first.end('SIGKILL');
    expect((await tus(second.url + path, 'HEAD', {})).headers.get('upload-offset')).toBe(String(HALF));
    expect((await part(second, path, HALF, PICTURE.subarray(HALF))).status).toBe(204);
    const { body } = await second.ask(`/api/v1/assets/${path.split('/').at(-1)}`);
    expect(body).toMatchObject({ sha256: createHash('sha256').update(PICTURE).digest('hex'), type: 'image/jpeg' });
    await rm(folder, { recursive: true, force: true });
  }, 120_000);
});
