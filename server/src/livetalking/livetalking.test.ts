import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureSync } from '@orator/core/inspect/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openFaceNetworks, readClip } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { TestService } from '../service/test-service.ts';
import { TestPage } from './test-page.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home, and we made some jam from them.';
const OK = { code: 0, msg: 'ok' };

let data: string;
let service: TestService;
let speech: Buffer;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-livetalking-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '1', ORATOR_MAX_SESSIONS: '2' });
  speech = await readFile(join(FIXTURES, 'speech/hello.wav'));
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});
const active = async () => (await service.ask('/api/v1/stream/sessions')).body.active;
afterEach(async () => {
  // Its page is closed. One that was busy for long may not say so: it is missed after 30 s then.
  await expect.poll(active, { timeout: 45_000 }).toBe(0);
}, 60_000);

/** Looks at a clip as `orator inspect` does. */
async function look(path: string) {
  await using networks = await openFaceNetworks();
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  return readClip(path, { ffmpeg, networks, signal: AbortSignal.timeout(120_000) });
}
const recording = (name: string, bytes: Uint8Array, sessionid: string) => {
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(bytes)]), name);
  form.append('sessionid', sessionid);
  return form;
};

describe('the page of LiveTalking', () => {
  test('is shown a face that speaks, is recorded, and falls silent when told to', async () => {
    await using page = await TestPage.open(service);
    const { peer } = page;
    await peer.until(() => peer.packets.video.length > 0);
    expect(await page.isSpeaking()).toBe(false);
    expect(await page.post('/record', { type: 'end_record' })).toMatchObject({ code: -1 });
    expect(await page.post('/record', { type: 'start_record' })).toEqual(OK);
    expect(await page.post('/human', { text: `**${TEXT}**`, type: 'echo' })).toEqual(OK);
    expect(await page.isSpeaking()).toBe(true);
    await page.untilTold('end');
    expect(page.news).toEqual([
      { status: 'start', text: TEXT },
      { status: 'end', text: TEXT },
    ]);
    expect(await page.isSpeaking()).toBe(false);
    expect(await page.post('/record', { type: 'end_record' })).toEqual(OK);
    const file = await fetch(`${service.url}/record/${page.sessionid}`);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    const clip = join(data, 'record.mp4');
    await writeFile(clip, Buffer.from(await file.arrayBuffer()));
    const { face, sound } = await look(clip);
    expect(measureSync(face, sound)!.follow.score).toBeGreaterThan(0.2); // the mouth moves with what is heard

    await page.post('/human', { text: `${TEXT} ${TEXT}`, type: 'echo', interrupt: true });
    await page.untilTold('start', 2);
    const heard = peer.packets.audio.length;
    await peer.until(() => peer.packets.audio.length > heard + 75);
    expect(await peer.loudness(heard)).toBeGreaterThan(0.1);
    expect(await page.post('/interrupt_talk')).toEqual(OK);
    expect(await page.isSpeaking()).toBe(false);
    const then = peer.packets.audio.length + 10; // what was on its way
    await peer.until(() => peer.packets.audio.length > then + 25);
    expect(await peer.loudness(then)).toBeLessThan(0.01);
  }, 240_000);

  test('has a recording said', async () => {
    await using page = await TestPage.open(service);
    const { peer } = page;
    const { body } = await service.ask('/humanaudio', { body: recording('a.wav', speech, page.sessionid) });
    expect(body).toEqual(OK);
    const heard = peer.packets.audio.length;
    await page.untilTold('end');
    expect(await peer.loudness(heard)).toBeGreaterThan(0.1);
    expect(page.news.map(({ status }) => status)).toEqual(['start', 'end']);
    for (const [bytes, words] of [
      [Buffer.from('no sound at all'), /^The recording is not/],
      [Buffer.alloc(0), /\.$/],
    ] as const) {
      const refused = await service.ask('/humanaudio', { body: recording('b.wav', bytes, page.sessionid) });
      expect(refused).toMatchObject({ status: 200, body: { code: -1, msg: expect.stringMatching(words) } });
    }
    const stranger = await service.ask('/humanaudio', { body: recording('a.wav', speech, 'nobody') });
    expect(stranger.body).toEqual({ code: -1, msg: 'session not found' });
  }, 120_000);

  test('ends its session by leaving; another one fits in then', async () => {
    const pages = [await TestPage.open(service), await TestPage.open(service)];
    await expect(TestPage.open(service)).rejects.toThrow('{"code":-1,"msg":"Maximum session limit reached (2/2)"}');
    await pages[0]![Symbol.asyncDispose]();
    await expect.poll(active, { timeout: 10_000 }).toBe(1);
    await using _third = await TestPage.open(service);
    await pages[1]![Symbol.asyncDispose]();
  }, 120_000);
});
