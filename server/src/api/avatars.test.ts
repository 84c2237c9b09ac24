import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Receipt } from '@orator/core/produce/receipt';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { entriesOf } from '../avatars/tar-entries.ts';
import { musetalkFiles, tarOfEntries, tarOfFiles, wav2lipFiles } from '../avatars/test-avatar.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { type Answer, TestService } from '../service/test-service.ts';
import type { avatarView } from './avatar-view.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PORTRAIT = join(ROOT, 'fixtures/portrait.jpg');
const TRAINING = resolve(
  process.env.ORATOR_TESTDATA ?? join(ROOT, '../shared/testdata'),
  'video/talk_woman_seated_720x1280.mp4',
);

let data: string;
let service: TestService;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-avatars-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_AVATAR_MB: '300' });
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

type Avatar = z.infer<typeof avatarView>;

/** Sends a TAR in. */
async function importTar(bytes: Uint8Array, file: string, query = '', to = service) {
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(bytes)]), file);
  const { status, headers, body } = await to.ask(`/api/v1/avatars/import${query}`, { body: form });
  return { status, headers, body: body as unknown as Avatar };
}

const fetchBytes = async (path: string) => Buffer.from(await (await fetch(service.url + path)).arrayBuffer());
const list = async (query = '') =>
  (await service.ask(`/api/v1/avatars${query}`)).body as unknown as { avatars: Avatar[]; next: string | null };
/** The files of avatars in the storage. */
const stored = async () => {
  const entries = await readdir(join(data, 'files/avatars'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};
const scratch = async () =>
  (await readdir(join(data, 'scratch'), { recursive: true })).filter((name) => name.includes('/'));

describe('an avatar that comes as TAR', () => {
  test.each([
    ['of Wav2Lip with faces of 96', () => wav2lipFiles(96), { model: 'wav2lip', faceSize: 96 }],
    ['of Wav2Lip with faces of 256', () => wav2lipFiles(256), { model: 'wav2lip', faceSize: 256 }],
    ['of MuseTalk', () => musetalkFiles(), { model: 'musetalk', faceSize: null }],
  ])('%s is one avatar, and comes out again as the same bytes', async (_, files, facts) => {
    const tar = await tarOfFiles(await files());
    const { status, headers, body } = await importTar(tar, '../A woman (1).tar.gz');
    expect([status, headers.get('location')]).toEqual([201, `/api/v1/avatars/${body.id}`]);
    expect(body).toMatchObject({ ...facts, name: 'A-woman-1-', frames: 2, width: 64, height: 48, job: null });
    expect((await service.ask(`/api/v1/avatars/${body.id}`)).body).toEqual(body);
    const first = await fetchBytes(body.export);
    expect(first.length).toBe(body.bytes);
    const again = (await importTar(first, 'x.tar', '?name=copy')).body;
    expect(again).toMatchObject({ ...facts, name: 'copy', bytes: body.bytes, sha256: body.sha256 });
    expect((await fetchBytes(again.export)).equals(first)).toBe(true);
    const asset = (await service.ask(`/api/v1/assets/${body.id}`)).body;
    expect(asset).toMatchObject({ kind: 'avatar', name: 'A-woman-1-.tar', bytes: body.bytes });
    const range = await fetch(service.url + body.export, { headers: { range: 'bytes=0-9' } });
    expect([range.status, await range.text()]).toEqual([206, first.toString('latin1', 0, 10)]);
  });

  test('is shown by a small JPEG, made once', async () => {
    const { picture } = (await list('?model=wav2lip')).avatars[0]!;
    const response = await fetch(service.url + picture);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    expect(Math.abs((await sharp(bytes).stats()).channels[0]!.mean - 90)).toBeLessThan(3);
    expect((await fetchBytes(picture)).equals(bytes)).toBe(true);
  });

  test('goes to LiveTalking as it needs it', async () => {
    const { avatars } = await list();
    const bySize = (size: number | null) => avatars.find(({ faceSize }) => faceSize === size)!;
    for (const [size, made] of [
      [96, true],
      [256, false],
      [null, false],
    ] as const) {
      const avatar = bySize(size);
      const tar = await fetchBytes(`${avatar.export}?for=livetalking`);
      expect(tar.equals(await fetchBytes(avatar.export))).toBe(!made);
      const sides: (number | undefined)[] = [];
      for await (const entry of entriesOf(Readable.from([tar]))) {
        if (entry.header.name.startsWith('face_imgs/')) sides.push((await sharp(await buffer(entry)).metadata()).width);
        else entry.resume();
      }
      expect(sides).toEqual(size === null ? [] : [256, 256]);
    }
    expect((await service.ask(`${bySize(96).export}?for=nobody`)).status).toBe(400);
  });

  test('is listed by model and name, page by page', async () => {
    expect((await list('?model=musetalk')).avatars.map(({ name }) => name)).toEqual(['copy', 'A-woman-1-']);
    expect((await list('?name=copy')).avatars).toHaveLength(3);
    const first = await list('?limit=4');
    const second = await list(`?limit=4&after=${first.next}`);
    expect(new Set([...first.avatars, ...second.avatars].map(({ id }) => id)).size).toBe(6);
    expect(second.next).toBeNull();
  });

  test('is gone with its file once it is deleted, as an avatar or as a file', async () => {
    const before = (await stored()).length;
    const { avatars } = await list();
    for (const path of [`/api/v1/avatars/${avatars[0]!.id}`, `/api/v1/assets/${avatars[1]!.id}`]) {
      expect((await service.ask(path, { method: 'DELETE' })).status).toBe(204);
    }
    for (const { id, picture, export: tar } of avatars.slice(0, 2)) {
      for (const path of [`/api/v1/avatars/${id}`, picture, tar]) {
        expect(await service.ask(path)).toMatchObject({ status: 404, body: { code: 'avatar/unknown' } });
      }
    }
    expect((await list()).avatars).toHaveLength(avatars.length - 2);
    expect(before - (await stored()).length).toBe(4); // a content and a record each
  });
});

describe('a TAR that is no avatar', () => {
  const good = () => wav2lipFiles();
  const bad: readonly [string, () => Promise<Uint8Array>][] = [
    ['climbs out', async () => tarOfFiles([['../../evil.png', Buffer.from('x')], ...(await good())])],
    ['names an absolute path', async () => tarOfFiles([['/etc/cron.d/x', Buffer.from('x')], ...(await good())])],
    [
      'holds a link',
      async () =>
        tarOfEntries([
          [{ name: 'full_imgs/2.png', type: 'symlink', linkname: '/etc/passwd' }],
          ...(await good()).map(([name, b]) => [{ name }, b] as const),
        ]),
    ],
    ['holds a device', async () => tarOfEntries([[{ name: 'coords.pkl', type: 'character-device', devmajor: 1 }]])],
    [
      'runs a command when it is loaded',
      async () =>
        tarOfFiles([
          ['coords.pkl', Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.', 'latin1')],
          ...(await good()).slice(1),
        ]),
    ],
    ['lacks a face', async () => tarOfFiles((await good()).filter(([name]) => name !== 'face_imgs/00000001.png'))],
    ['breaks off', async () => (await tarOfFiles(await good())).subarray(0, 3000)],
    ['is a picture', () => readFile(PORTRAIT)],
    ['is nothing', async () => Buffer.alloc(0)],
  ];
  test.each(bad)('because it %s is refused, and nothing of it stays', async (_, make) => {
    const before = [await stored(), (await list()).avatars.length];
    expect(await importTar(await make(), 'x.tar')).toMatchObject({ status: 422, body: { code: 'avatar/invalid' } });
    expect([await stored(), (await list()).avatars.length]).toEqual(before);
    expect(await scratch()).toEqual([]);
  });

  test('larger than allowed is refused', async () => {
    await using small = await TestService.start({
      ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-avatars-')),
      ORATOR_AVATAR_MB: '1',
      ORATOR_WORKERS: '0',
    });
    const files = await good();
    const tar = await tarOfFiles([...files.slice(0, 4), ['full_imgs/00000001.png', Buffer.alloc(2e6)]]);
    const answer = await importTar(tar, 'x.tar', '', small);
    expect(answer).toMatchObject({ status: 413, body: { code: 'request/too-large' } });
  }, 90_000);

  test('or has a name that is none, or comes in no form, is refused', async () => {
    const tar = await tarOfFiles(await good());
    expect((await importTar(tar, 'x.tar', '?name=../x')).status).toBe(400);
    expect((await service.ask('/api/v1/avatars/import', { body: { tar: 1 } })).status).toBe(400);
  });
});

test('a TAR whose service is killed while it comes leaves no avatar, and nothing in the storage', async () => {
  const before = [await stored(), (await list()).avatars.length];
  const tar = await tarOfFiles(await wav2lipFiles());
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.tar"\r\n\r\n';
  const sending = request(`${service.url}/api/v1/avatars/import`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  sending.on('error', () => {}).write(Buffer.concat([Buffer.from(head), tar.subarray(0, 3000)])); // the rest never comes
  const unpacked = async () => (await scratch()).some((name) => name.endsWith('coords.pkl'));
  await expect.poll(unpacked, { timeout: 20_000 }).toBe(true);
  service = await service.crash();
  expect([await stored(), (await list()).avatars.length]).toEqual(before);
}, 120_000);

describe('a portrait avatar', () => {
  let image: string;
  let id: string;
  beforeAll(async () => {
    image = (await service.upload(await readFile(PORTRAIT), 'me.jpg')).body.id!;
  });
  const order = (more: Record<string, unknown>) => service.ask('/api/v1/videos', { body: { text: 'Hello.', ...more } });

  test('is made from a photo by a job', async () => {
    const made = await service.ask('/api/v1/avatars', { body: { model: 'portrait', image, name: 'me' } });
    expect([made.status, made.body.kind]).toEqual([202, 'avatar.portrait']);
    const done = await service.until(made.body.id!, 'completed');
    id = done.asset!;
    const { width, height } = await sharp(PORTRAIT).metadata();
    const facts = { model: 'portrait', frames: 1, width, height, faceSize: null };
    expect(done).toMatchObject({ avatar: facts });
    expect((await service.ask(`/api/v1/avatars/${id}`)).body).toMatchObject({ ...facts, name: 'me', job: done.id });
    const preview = await sharp(await fetchBytes(`/api/v1/avatars/${id}/picture`)).metadata();
    expect(Math.max(preview.width, preview.height)).toBe(320);
  }, 90_000);

  test('speaks without being prepared again, just as its photo does', async () => {
    const plain = await order({ image });
    const first = await service.until(plain.body.id!, 'completed');
    await rm(join(data, 'prepared'), { recursive: true });
    const { body } = await order({ avatar: id });
    const done = await service.until(body.id!, 'completed');
    expect(existsSync(join(data, 'prepared'))).toBe(false); // whatever is prepared would be kept there
    const subjectOf = ({ receipt }: Answer) => (receipt as unknown as Receipt).subject;
    expect(subjectOf(done)).toEqual(subjectOf(first));
    const frames = await framesOf(await fetchBytes(done.content!));
    expect(frames.split('\n').length).toBeGreaterThan(20);
    expect(frames).toBe(await framesOf(await fetchBytes(first.content!)));
  }, 120_000);

  test('goes out and comes in again as the same avatar, prepared here', async () => {
    const tar = await fetchBytes(`/api/v1/avatars/${id}/export`);
    const { status, body } = await importTar(tar, 'me.tar');
    const own = (await service.ask(`/api/v1/avatars/${id}`)).body;
    expect([status, body.sha256, body.name, body.model]).toEqual([201, own.sha256, 'me', 'portrait']);
    const refused = await service.ask(`/api/v1/avatars/${id}/export?for=livetalking`);
    expect(refused).toMatchObject({ status: 422, body: { code: 'avatar/unsuitable' } });
  }, 60_000);

  test('of a stranger brings its photo and nothing that is drawn from', async () => {
    const files = [];
    for await (const entry of entriesOf(Readable.from([await fetchBytes(`/api/v1/avatars/${id}/export`)]))) {
      const bytes = await buffer(entry);
      files.push([entry.header.name, entry.header.name.endsWith('.prepared') ? Buffer.from('evil') : bytes] as const);
    }
    const { body } = await importTar(await tarOfEntries(files.map(([name, bytes]) => [{ name }, bytes])), 'me.tar');
    expect(body.sha256).toBe((await service.ask(`/api/v1/avatars/${id}`)).body.sha256);
    const wall = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#88a' } })
      .png()
      .toBuffer();
    const faceless = files.map(([name, bytes]) => [{ name }, name.endsWith('.picture') ? wall : bytes] as const);
    const answer = await importTar(await tarOfEntries(faceless), 'me.tar');
    expect(answer).toMatchObject({ status: 422, body: { code: 'face/not-found' } });
  }, 60_000);

  test('is refused where it does not fit', async () => {
    const lips = (await importTar(await tarOfFiles(await wav2lipFiles()), 'lips.tar')).body.id!;
    const cases: readonly [Record<string, unknown>, number, string][] = [
      [{}, 400, 'request/invalid'],
      [{ image, avatar: id }, 400, 'request/invalid'],
      [{ avatar: id, face: 'left' }, 400, 'request/invalid'],
      [{ avatar: 'nobody' }, 404, 'avatar/unknown'],
      [{ avatar: image }, 404, 'avatar/unknown'],
      [{ avatar: lips }, 422, 'avatar/unsuitable'],
    ];
    for (const [body, status, code] of cases) expect(await order(body)).toMatchObject({ status, body: { code } });
  });

  test('that cannot be made fails with its cause', async () => {
    const wall = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#88a' } })
      .png()
      .toBuffer();
    const upload = (await service.upload(wall, 'wall.png')).body.id!;
    const { body } = await service.ask('/api/v1/avatars', { body: { model: 'portrait', image: upload } });
    expect(await service.until(body.id!, 'failed')).toMatchObject({ code: 'face/not-found', attempt: 1 });
  }, 60_000);
});

describe('an order for an avatar', () => {
  test.each([
    ['of a model that is not here yet', { model: 'musetalk', video: 'x' }, 501, 'engine/unavailable'],
    ['of a model that nobody knows', { model: 'sadtalker', video: 'x' }, 400, 'request/invalid'],
    ['without a video', {}, 400, 'request/invalid'],
    ['of a photo without one', { model: 'portrait' }, 400, 'request/invalid'],
    ['of a photo with faces of a size', { model: 'portrait', image: 'x', faceSize: 96 }, 400, 'request/invalid'],
    ['of a video that is not there', { video: 'nobody' }, 404, 'asset/unknown'],
  ])('%s is refused', async (_, body, status, code) => {
    expect(await service.ask('/api/v1/avatars', { body })).toMatchObject({ status, body: { code } });
  });

  test('with faces of another size is told which there are', async () => {
    const { detail } = (await service.ask('/api/v1/avatars', { body: { video: 'x', faceSize: 100 } })).body;
    expect(detail).toMatch(/^faceSize: one of 96, 256\./);
  });
});

test('what belongs to one key does not exist for another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-avatars-'));
  await using guarded = await TestService.start({ ORATOR_DATA: folder, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' });
  const admin = /key {12}(ora_\S+)/.exec(guarded.said)![1]!;
  const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const make = async () => (await guarded.ask('/api/v1/keys', { body: { name: 'k' }, ...as(admin) })).body.key!;
  const [ann, bob] = [await make(), await make()];
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(await tarOfFiles(await wav2lipFiles()))]), 'a.tar');
  const { id } = (await guarded.ask('/api/v1/avatars/import', { body: form, ...as(ann) })).body;
  for (const part of ['', '/picture', '/export', '/export?for=livetalking']) {
    const answer = await guarded.ask(`/api/v1/avatars/${id}${part}`, as(bob));
    expect(answer).toMatchObject({ status: 404, body: { code: 'avatar/unknown' } });
  }
  expect((await guarded.ask(`/api/v1/avatars/${id}`, { method: 'DELETE', ...as(bob) })).status).toBe(404);
  const video = { body: { avatar: id, text: 'Hello.' }, ...as(bob) };
  expect(await guarded.ask('/api/v1/videos', video)).toMatchObject({ status: 404, body: { code: 'avatar/unknown' } });
  expect((await guarded.ask('/api/v1/avatars', as(bob))).body.avatars).toEqual([]);
  expect((await guarded.ask(`/api/v1/avatars/${id}`, as(ann))).status).toBe(200);
}, 90_000);

describe.skipIf(!existsSync(TRAINING))(
  `an avatar of a person${existsSync(TRAINING) ? '' : ' (the test data are not here)'}`,
  () => {
    test('is known with all that can be said of it once its job is done, and fits LiveTalking', async () => {
      const { path } = await findFfmpeg({ path: process.env.PATH ?? '' });
      const short = join(data, 'short.mp4');
      await promisify(execFile)(path, ['-v', 'error', '-t', '3.5', '-i', TRAINING, '-c', 'copy', '-an', short]);
      const video = (await service.upload(await readFile(short), 'woman.mp4')).body.id!;
      const { body } = await service.ask('/api/v1/avatars', { body: { video, name: 'woman' } });
      const done = await service.until(body.id!, 'completed', 200);
      const avatar = (await service.ask(`/api/v1/avatars/${done.asset}`)).body as unknown as Avatar;
      const facts = { model: 'wav2lip', faceSize: 96, width: 720, height: 1280 };
      expect(done.avatar).toMatchObject(facts);
      expect(avatar.frames).toBeGreaterThanOrEqual(75);
      expect(avatar).toMatchObject({ ...facts, name: 'woman', job: body.id });
      const tar = await fetchBytes(`${avatar.export}?for=livetalking`);
      const larger = (await importTar(tar, 'woman-256.tar')).body;
      expect(larger).toMatchObject({ ...facts, faceSize: 256, frames: avatar.frames, name: 'woman-256' });
      expect((await fetchBytes(larger.export)).equals(tar)).toBe(true);
    }, 300_000);
  },
);

/** A line for every frame of a clip, with the sum of its pixels. */
async function framesOf(clip: Buffer): Promise<string> {
  const { path } = await findFfmpeg({ path: process.env.PATH ?? '' });
  const file = join(data, 'clip.mp4');
  await writeFile(file, clip);
  const { stdout } = await promisify(execFile)(path, ['-v', 'error', '-i', file, '-map', '0:v', '-f', 'framemd5', '-']);
  return stdout;
}
