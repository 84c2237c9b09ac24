import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writePainter } from '../model-store/test-weights.ts';
import { openTestServer } from '../net/test-server.ts';
import { onnxForTests } from '../runtime/onnx/test-onnx.ts';
import { makeFaceVideo } from '../studio/video/test-face-video.ts';
import { TestService } from './test-service.ts';

let folder: string;
let service: TestService;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-wav2lip-service-'));
  await writePainter(join(folder, 'wav2lip.pth'), 96, [200, 60, 30]);
  await makeFaceVideo(join(folder, 'face.mp4'), { seconds: 1 });
  service = await TestService.start({
    ORATOR_DATA: join(folder, 'data'),
    ORATOR_ONNX_RUNTIME: onnxForTests(),
    ORATOR_BACKEND: 'cpu',
    ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
  });
}, 300_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const engine = async () => (await service.client().listEngines()).engines.find(({ id }) => id === 'wav2lip')!;
const weights = async () => (await service.client().listModels()).models.find(({ name }) => name === 'wav2lip')!;

/** All that the service has logged. */
async function log(): Promise<string> {
  const logs = join(folder, 'data', 'logs');
  const files = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')));
  return files.join('');
}
const expectLogged = (words: RegExp) => vi.waitFor(async () => expect(await log()).toMatch(words));

/** The events of a stream that ends by itself. */
async function eventsOf(path: string): Promise<{ state: string; bytes: number; code: string | null }[]> {
  const text = await (await fetch(`${service.url}${path}`)).text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!));
}

test('weights are pulled over HTTP, and from then on the worker takes videos of the engine', {
  timeout: 300_000,
}, async () => {
  const file = join(folder, 'wav2lip.pth');
  const { size } = await stat(file);
  await using source = await openTestServer({
    '/wav2lip.pth': (response) => {
      response.writeHead(200, { 'content-length': size });
      createReadStream(file).pipe(response);
    },
    '/wrong.pth': (response) => void response.end('these are no weights'),
  });
  const video = (await service.upload(await readFile(join(folder, 'face.mp4')), 'face.mp4')).body.id;
  const order = { engine: 'wav2lip', video, text: 'Yes.' };

  // Nothing is here: it is said what is missing, and nothing waits for ever.
  expect(await engine()).toMatchObject({ available: false, missing: { code: 'model/missing' } });
  const refused = await service.ask('/api/v1/videos', { body: order });
  expect(refused).toMatchObject({ status: 503, body: { code: 'model/missing' } });
  expect(refused.body.detail).toContain('orator models pull');
  for (const said of [refused.body, await engine()]) expect(JSON.stringify(said)).not.toContain(tmpdir());
  const { body: fallen } = await service.ask('/api/v1/videos', { body: { ...order, fallback: 'still' } });
  const done = await service.until(fallen.id!, 'completed');
  expect(done).toMatchObject({
    outcome: 'fallback',
    receipt: { engine: 'still', requested: 'wav2lip', reason: expect.stringMatching(/wav2lip_gan\.pth/) },
  });
  await expectLogged(/FALLBACK VIDEO USED - Wav2Lip inference failed/);
  expect(await log()).not.toMatch(/ACTUAL \w+ SUCCESS/);

  // What cannot be pulled leaves nothing.
  const path = '/api/v1/models/wav2lip';
  expect((await service.ask(`${path}/pull`, { body: {} })).body.code).toBe('model/licence');
  expect((await service.ask('/api/v1/models/nobody/pull', { body: {} })).status).toBe(404);
  expect((await service.ask(`${path}/pull`, { body: { from: 'file:///etc/passwd' } })).status).toBe(400);
  expect((await service.ask(`${path}/pull/events`)).body.code).toBe('job/not-possible');
  const wrong = { accept_licence: true, from: `${source.origin}/wrong.pth` };
  expect((await service.ask(`${path}/pull`, { body: wrong })).status).toBe(202);
  expect((await eventsOf(`${path}/pull/events`)).at(-1)).toMatchObject({ state: 'failed', code: 'model/invalid' });
  expect(await weights()).toMatchObject({ installed: false, licence_accepted: true, pull: { state: 'failed' } });

  const pull = await service.ask(`${path}/pull`, { body: { from: `${source.origin}/wav2lip.pth` } });
  expect(pull).toMatchObject({ status: 202, body: { state: 'fetching' } });
  const events = await eventsOf(`${path}/pull/events`);
  expect(events.at(-1)).toMatchObject({ state: 'done', bytes: size });
  const bytes = events.map((event) => event.bytes);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  const { sha256, ...here } = await weights();
  expect(here).toMatchObject({ installed: true, path_ok: true, size_bytes: size, fits: true, pinned: false });
  expect((await service.ask(`${path}/verify`, { method: 'POST' })).body).toMatchObject({ sha256 });
  expect(await engine()).toMatchObject({ available: true, missing: null });

  const { body: job } = await service.ask('/api/v1/videos', { body: order });
  const made = await service.until(job.id!, 'completed', 120);
  expect(made).toMatchObject({
    ...{ kind: 'video.wav2lip', outcome: 'success' },
    receipt: {
      engine: 'wav2lip',
      models: expect.arrayContaining([
        expect.objectContaining({ name: 'wav2lip', sha256, provider: 'cpu', precision: 'fp32' }),
      ]),
    },
  });
  await expectLogged(/ACTUAL WAV2LIP SUCCESS: /);

  expect((await service.ask(path, { method: 'DELETE' })).body).toEqual({ removed: true });
  expect(await engine()).toMatchObject({ available: false });
  expect((await service.ask(`${path}/verify`, { method: 'POST' })).body.code).toBe('model/missing');
});
