import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tarOfFiles, wav2lipFiles } from '../avatars/test-avatar.ts';
import { TestService } from '../service/test-service.ts';
import { TestSocket } from './test-socket.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));

let data: string;
let service: TestService;
let picture: Buffer;
/** A portrait avatar of the picture. */
let avatar_id: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-avatar-session-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '1' });
  picture = await readFile(PORTRAIT);
  const { body: asset } = await service.upload(picture, 'face.jpg');
  const { body: job } = await service.ask('/api/v1/avatars', { body: { model: 'portrait', image: asset.id } });
  avatar_id = String((await service.until(job.id!, 'completed')).asset);
}, 180_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const config = { idle: true, max_size: 256 };
const pixelsOf = (jpeg: unknown) =>
  sharp(Buffer.from(String(jpeg), 'base64'))
    .raw()
    .toBuffer();

test('a stored avatar is shown as its photo would be, with one still and before any picture was prepared', async () => {
  await using photo = await TestSocket.open(service.url);
  photo.say({ type: 'init', source: picture.toString('base64'), config });
  const expected = await photo.message('status', 1);
  await using client = await TestSocket.open(service.url);
  client.say({ type: 'init', avatar_id, config: { ...config, still: true } });
  const { session_id: _own, ...ready } = await client.message('status', 1);
  expect(expected).toMatchObject(ready);
  const still = await client.message('still');
  expect(still).toMatchObject({ width: ready.width, height: ready.height });
  const seen = await pixelsOf(still.data);
  const drawn = await pixelsOf((await client.message('frame')).data);
  const apart = seen.reduce((sum, value, k) => sum + Math.abs(value - drawn[k]!), 0) / seen.length;
  expect(apart).toBeLessThan(4); // the same picture, of which little moves
  expect(client.of('still')).toHaveLength(1);
}, 60_000);

test('of a new photo all is shown before it is prepared, and then as it will be; who did not ask gets no still', async () => {
  const other = await sharp(picture).flop().extend({ left: 300, background: '#567' }).jpeg().toBuffer();
  await using client = await TestSocket.open(service.url);
  client.say({ type: 'init', source: other.toString('base64'), config: { ...config, still: true, crop_scale: 2 } });
  const first = await client.message('still');
  expect(client.of('status')).toHaveLength(1);
  const { width = 0, height = 0 } = await sharp(other).metadata();
  expect(Number(first.width) / Number(first.height)).toBeCloseTo(width / height, 1);
  const ready = await client.message('status', 1);
  expect(await client.message('still', 1)).toMatchObject({ width: ready.width, height: ready.height });
  expect(ready.width).toBe(ready.height);

  await using plain = await TestSocket.open(service.url);
  plain.say({ type: 'init', source: other.toString('base64'), config });
  await plain.message('frame');
  expect(plain.of('still')).toEqual([]);
}, 60_000);

test('a request begins a session from an avatar too, and another one with it', async () => {
  const begin = (body: Record<string, unknown>) => service.ask('/api/v1/stream/sessions', { body });
  const [first, second] = [await begin({ avatar_id }), await begin({ avatar_id })];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.body.session_id).not.toBe(second.body.session_id);
  expect((await begin({ avatar_id, asset_id: avatar_id })).body.code).toBe('request/invalid');
  expect((await begin({ avatar_id: 'nobody' })).body.code).toBe('avatar/unknown');
  for (const { body } of [first, second]) {
    await service.ask(`/api/v1/stream/sessions/${body.session_id}`, { method: 'DELETE' });
  }
}, 60_000);

test('an avatar that cannot be live yet says so', async () => {
  const archive = await tarOfFiles(await wav2lipFiles());
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(archive)]), 'lips.tar');
  const { body: lips } = await service.ask('/api/v1/avatars/import', { body: form });
  await using client = await TestSocket.open(service.url);
  client.say({ type: 'init', avatar_id: lips.id, config });
  expect(await client.message('error')).toMatchObject({ code: 'engine/unavailable' });
  await client.end();
  expect(client.closed).toBe(1008);
}, 60_000);
