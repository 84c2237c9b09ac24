import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ErrorCode, OratorError } from '@orator/core/base/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDataFolder } from '../../../bench/data-folder.ts';
import { shortOrder, shortPortrait, shortSound } from '../../../bench/short-jobs.ts';
import { hostileFilms } from '../../../fixtures/hostile/films.ts';
import type { HostileFile, HostileRequest } from '../../../fixtures/hostile/item.ts';
import { hostilePictures } from '../../../fixtures/hostile/pictures.ts';
import {
  formOf,
  HOSTILE_BYTES,
  HOSTILE_NAMES,
  hostileBodies,
  hostileForms,
  hostileReads,
} from '../../../fixtures/hostile/requests.ts';
import { hostileSounds } from '../../../fixtures/hostile/sounds.ts';
import { TestService } from './test-service.ts';

const portrait = await shortPortrait();
const files: readonly HostileFile[] = [...(await hostilePictures(portrait)), ...hostileSounds(), ...hostileFilms()];

let data: string;
let service: TestService;
/** What a normal clip is made of, and one that was made. */
const known = { image: '', audio: '', clip: '', link: '' };

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-hostile-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '2', ORATOR_UPLOAD_MB: '2' });
  known.image = (await service.upload(portrait, 'me.jpg')).body.id!;
  known.audio = (await service.upload(shortSound(0), 'me.wav')).body.id!;
  known.clip = await makeClip();
  known.link = (await service.ask(`/api/v1/assets/${known.clip}/link`, { body: {} })).body.url!;
}, 300_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

async function makeClip(): Promise<string> {
  const { body } = await service.ask('/api/v1/videos', { body: shortOrder(known.image, known.audio, 1) });
  return (await service.until(body.id!, 'completed', 200)).asset!;
}

/** Sends a request byte for byte as it is: `fetch` would tidy the path. */
async function send({ method = 'GET', path, headers, body }: Omit<HostileRequest, 'title' | 'answers'>) {
  const { hostname, port } = new URL(service.url);
  const sent = request({ hostname, port, method, path, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

/** Waits until a job is over, however that is. */
async function over(job: string) {
  for (const end = Date.now() + 200_000; Date.now() < end; ) {
    const { body } = await service.ask(`/api/v1/jobs/${job}`);
    if (['completed', 'failed', 'cancelled'].includes(body.state!)) return body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`The job ${job} is not over.`);
}

const orderOf = ({ use }: HostileFile, id: string) =>
  use === 'video'
    ? { path: '/api/v1/avatars', body: { video: id } }
    : {
        path: '/api/v1/videos',
        body: shortOrder(use === 'image' ? id : known.image, use === 'audio' ? id : known.audio, 0),
      };

describe('a hostile file is refused by its code, at once or by its job without another try:', () => {
  test.concurrent.each(files.map((file) => [file.title, file] as const))(
    '%s',
    async (_, file) => {
      const uploaded = await service.upload(file.bytes, file.name);
      const { code, id } = uploaded.body;
      if (uploaded.status !== 201) {
        expect(file.codes).toContain(code);
        expect(uploaded.status).toBe(new OratorError(code! as string as ErrorCode, '').policy.http);
        return;
      }
      const { path, body } = orderOf(file, id!);
      const ordered = await service.ask(path, { body });
      expect(ordered.status).toBe(202);
      const job = await over(ordered.body.id!);
      if (!(file.mayPass && job.state === 'completed')) {
        expect(job).toMatchObject({ state: 'failed', attempt: 1 });
        expect(file.codes).toContain(job.code);
      }
      for (const asset of [id, job.asset])
        if (asset) await service.ask(`/api/v1/assets/${asset}`, { method: 'DELETE' });
    },
    240_000,
  );
});

describe('a hostile request is refused by its code:', () => {
  const requests = [...hostileBodies(), ...hostileForms(portrait), ...hostileReads()];
  test.each(requests.map((one) => [one.title, one] as const))('%s', async (_, { answers, ...one }) => {
    const { pathname, search } = new URL(known.link);
    const path = one.path
      .replace('{link}', pathname + search)
      .replace('{query}', search.slice(1))
      .replace('{key}', pathname.slice('/files/'.length))
      .replace('{clip}', known.clip);
    const { status, body } = await send({ ...one, path });
    const code = status >= 400 && body ? (JSON.parse(body) as { code?: string }).code : undefined;
    const fits = answers.some(([s, c]) => s === status && (c === undefined || c === code));
    expect(fits, `answered ${status} ${code}, not one of ${JSON.stringify(answers)}`).toBe(true);
  });

  test.each(HOSTILE_BYTES)('%s', async (_, bytes, statuses) => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}); // a connection that is cut is an answer too
    socket.end(bytes, 'latin1');
    const said = await text(socket).catch(() => '');
    const status = /^HTTP\/1\.1 (\d+)/.exec(said)?.[1];
    expect(statuses).toContain(status === undefined ? null : Number(status));
  });
});

test.each(HOSTILE_NAMES.map((name) => [String(name).slice(0, 40), name] as const))(
  'the name %j becomes a plain one, or is refused',
  async (_, name) => {
    const answer = await send({ method: 'POST', path: '/api/v1/uploads', ...formOf(name, portrait) });
    if (answer.status !== 201) {
      expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'request/invalid' });
      return;
    }
    const asset = JSON.parse(answer.body) as { id: string; name: string };
    expect(asset.name).toMatch(/^(?!\.{1,2}$)[^/\\<>:"|?*\p{C}]{1,200}$/u);
    const content = await send({ path: `/api/v1/assets/${asset.id}/content?download=1` });
    expect(content.status).toBe(200);
    expect(content.headers['content-disposition']).toMatch(/^attachment; filename/);
    expect(content.headers['x-content-type-options']).toBe('nosniff');
    expect((await service.ask(`/api/v1/assets/${asset.id}`, { method: 'DELETE' })).status).toBe(204);
  },
);

test.each([
  ['a key', { 'idempotency-key': "'; drop table jobs; --" }, 202],
  ['a key of other letters', { 'idempotency-key': Buffer.from('ключ').toString('latin1') }, 202],
  ['an id of the request', { 'x-request-id': '../../../x"}\t{"level":"FATAL"' }, 202],
  ['an id of 10000 signs', { 'x-request-id': 'x'.repeat(10_000) }, 202],
])(
  'a header that is %s does no harm',
  async (_, headers, status) => {
    const body = JSON.stringify(shortOrder(known.image, known.audio, 2));
    const one = {
      method: 'POST',
      path: '/api/v1/videos',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    };
    const answer = await send(one);
    expect(answer.status).toBe(status);
    expect(answer.headers['x-request-id']).toMatch(/^[\w.-]{1,64}$/);
    const job = await over((JSON.parse(answer.body) as { id: string }).id);
    expect(job.state).toBe('completed');
    await service.ask(`/api/v1/assets/${job.asset}`, { method: 'DELETE' });
  },
  60_000,
);

test('JSON beyond the limit is refused with what is taken', async () => {
  const answer = await service.ask('/api/v1/videos', { body: { text: 'x'.repeat(2 << 20) } });
  expect(answer).toMatchObject({
    status: 413,
    body: { code: 'request/too-large', detail: expect.stringContaining('1048576 bytes are taken') },
  });
});

test('an upload beyond the limit is refused', async () => {
  const answer = await service.upload(Buffer.concat([portrait, Buffer.alloc(3e6)]), 'large.jpg');
  expect(answer).toMatchObject({ status: 413, body: { code: 'request/too-large' } });
});

test('after all of it the service is ready, makes a clip, and has nothing that nobody asked for', async () => {
  expect((await service.ask('/api/v1/ready')).status).toBe(200);
  const clip = await makeClip();
  const assets = (await service.ask('/api/v1/assets?limit=200')).body as unknown as { assets: { id: string }[] };
  expect(assets.assets.map(({ id }) => id).sort()).toEqual([known.image, known.audio, known.clip, clip].sort());
  expect(service.said).not.toMatch(/error/i);
  expect(await readFile(join(data, 'logs/latest.json'), 'utf8')).not.toContain('"level":"ERROR"');
  await service.end('SIGTERM');
  const { stored, leftovers } = await readDataFolder(data);
  expect(leftovers).toEqual([]);
  expect(stored).toHaveLength(4);
}, 120_000);
