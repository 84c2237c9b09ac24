import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNEL_INDEX, type Pose, restPose } from '@orator/core/motion/pose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../../../scripts/chromium.ts';
import { TestService } from '../../../server/src/service/test-service.ts';
import { PORTRAIT, TestPage } from './test-page.ts';
import { loudnessOf, offsetOf } from './test-sync.ts';

const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them, and even more.';

const started = await openChromium().catch((error: unknown) => String(error).split('\n')[0]!);
const browser = typeof started === 'string' ? undefined : started;
if (typeof started === 'string') console.warn(`The player is not tested: no Chromium starts here. ${started}`);

let data: string;
let service: TestService;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-player-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '1' });
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const loud = async (view: TestPage) => loudnessOf((await view.listen()).samples);
/** How far the lips of a pose are apart, more or less. */
const opening = (pose: Pose | null) => pose?.[CHANNEL_INDEX.jawOpen] ?? 0;
const difference = (a: Uint8Array | Uint8ClampedArray, b: Uint8Array | Uint8ClampedArray) => {
  let [most, sum] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const apart = Math.abs(a[k]! - b[k]!);
    most = Math.max(most, apart);
    sum += apart;
  }
  return { most, mean: sum / a.length };
};

describe.skipIf(!browser)('the player in a real browser', () => {
  test('draws what Node draws, pixel by pixel, and moves the mouth while it is heard', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    const session = await view.begin();
    const painter = await view.painter(session);
    const canvas = painter.createCanvas();
    painter.paint(restPose(), canvas);
    const still = canvas.slice();
    await view.page.evaluate((text) => player.say(text), TEXT);
    await view.fired('speaking');
    let [widest, loudest, moved, seen] = [0, 0, 0, 0];
    while (seen < 12 || widest < 0.1) {
      const [picture, sound] = await Promise.all([view.see(), view.listen()]);
      loudest = Math.max(loudest, loudnessOf(sound.samples));
      if (!picture.pose) continue;
      seen++;
      widest = Math.max(widest, opening(picture.pose));
      painter.paint(picture.pose, canvas);
      expect([picture.width, picture.height]).toEqual([painter.width, painter.height]);
      expect(difference(picture.pixels, canvas).most).toBeLessThanOrEqual(1);
      moved = Math.max(moved, difference(picture.pixels, still).mean);
    }
    expect(moved).toBeGreaterThan(0.3);
    expect(loudest).toBeGreaterThan(0.01);
    expect(view.troubles).toEqual([]);
  });

  test('shows the lips of what is heard', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    await view.begin();
    await view.page.evaluate((text) => player.say(text), TEXT);
    await view.fired('word');
    const offsets: number[] = [];
    while (offsets.length < 12) {
      const offset = await offsetOf(view);
      if (offset !== undefined) offsets.push(offset);
    }
    const middle = offsets.toSorted((a, b) => a - b)[offsets.length >> 1]!;
    console.log(`Lips later than sound: ${middle.toFixed(0)} ms (median of ${offsets.length})`);
    expect(Math.abs(middle)).toBeLessThan(100);
  });

  test('falls silent and closes its mouth when it is interrupted, and speaks again', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    await view.begin();
    await view.page.evaluate((text) => player.say(text), TEXT);
    await view.fired('word');
    while ((await loud(view)) < 0.01 || opening((await view.see()).pose) < 0.05);
    await view.page.evaluate(() => player.interrupt());
    await view.fired('interrupted');
    expect(await view.fired('speaking', 1)).toMatchObject({ is_speaking: false, how: 'interrupted' });
    // What was on its way when the server obeyed is over by now; from here on there is nothing.
    while (opening((await view.see()).pose) > 0.02);
    for (let k = 0; k < 10; k++) {
      expect(await loud(view)).toBeLessThan(1e-3);
      expect(opening((await view.see()).pose)).toBeLessThan(0.05);
    }
    const words = await view.count('word');
    await view.page.evaluate(() => player.say('Once more.'));
    await view.fired('word', words);
    while ((await loud(view)) < 0.01);
  });

  test('takes up its session when the connection is lost', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    await view.begin();
    await view.page.evaluate(() => sockets.at(-1)!.close(4000));
    const states = async () =>
      (await view.page.evaluate(() => fired.filter(({ type }) => type === 'statechange'))).map(
        ({ detail }) => detail.state,
      );
    await expect.poll(states, { timeout: 20_000 }).toEqual(['connecting', 'live', 'reconnecting', 'live']);
    await view.page.evaluate(() => player.say('Here I am.'));
    await view.fired('word');
    while ((await loud(view)) < 0.01 || opening((await view.see()).pose) < 0.02);
  });

  test('asks again for the face when the server could not be reached', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    await view.page.route('**/portrait', (route) => route.abort(), { times: 2 });
    await view.begin();
    await expect.poll(async () => (await view.see()).pose, { timeout: 20_000 }).not.toBeNull();
    expect(await view.count('error')).toBe(0);
  });

  test('begins a session with a stored avatar by itself', async () => {
    const { body: asset } = await service.upload(await readFile(PORTRAIT), 'face.jpg');
    const { body: job } = await service.ask('/api/v1/avatars', { body: { model: 'portrait', image: asset.id } });
    const { asset: avatar } = await service.until(job.id!, 'completed');
    await using view = await TestPage.open(browser as Browser, service, `avatar="${avatar}"`);
    await view.page.waitForFunction(() => player.state === 'live', undefined, { timeout: 30_000 });
    await view.page.evaluate(() => player.say('Here I am.'));
    await view.fired('word');
    await view.page.evaluate(() => player.setAttribute('avatar', 'nobody'));
    expect(await view.fired('error')).toMatchObject({ code: 'avatar/unknown' });
    expect(await view.page.evaluate(() => player.state)).toBe('ended');
  });

  test('says why there is no session, and tries no more', async () => {
    await using view = await TestPage.open(browser as Browser, service, 'src="/api/v1/stream/sessions/nobody"');
    expect(await view.fired('error')).toMatchObject({ code: 'session/unknown' });
    expect(await view.page.evaluate(() => player.state)).toBe('ended');
  });

  test('shows ready-made pictures in the mode ws, for who only watches', async () => {
    await using owner = await TestPage.open(browser as Browser, service);
    const session = await owner.begin();
    const src = `src="/api/v1/stream/sessions/${session}" mode="ws" watch`;
    await using view = await TestPage.open(browser as Browser, service, src);
    await expect
      .poll(async () => (await view.page.evaluate(() => fired.findLast(({ type }) => type === 'stats')))?.detail.fps, {
        timeout: 30_000,
      })
      .toBeGreaterThan(1);
    const painter = await owner.painter(session);
    const canvas = painter.createCanvas();
    painter.paint(restPose(), canvas);
    const { width, height, pixels, pose } = await view.see();
    expect({ width, height, pose }).toEqual({ width: painter.width, height: painter.height, pose: null });
    expect(difference(pixels, canvas).mean).toBeLessThan(8);
    await view.page.evaluate(() => player.say('May I?'));
    expect(await view.fired('error')).toMatchObject({ code: 'key/forbidden' });
  });

  test('plays a session over WebRTC, with the same messages', async () => {
    await using view = await TestPage.open(browser as Browser, service, 'mode="webrtc"');
    await view.begin();
    await view.page.waitForFunction(async () => ((await player.picture())?.width ?? 0) > 0);
    await view.page.evaluate((text) => player.say(text), TEXT);
    expect(await view.fired('speaking')).toMatchObject({ is_speaking: true });
    await view.fired('word');
    const first = await view.see();
    await expect
      .poll(async () => difference((await view.see()).pixels, first.pixels).most, { timeout: 30_000 })
      .toBeGreaterThan(20);
    await view.page.evaluate(() => player.interrupt());
    expect(await view.fired('speaking', 1)).toMatchObject({ is_speaking: false, how: 'interrupted' });
  });

  test('says what a microphone hears', async () => {
    await using view = await TestPage.open(browser as Browser, service);
    await view.begin();
    // The microphone of this browser is a made-up one that beeps.
    await view.page.evaluate(async () => player.listen(await navigator.mediaDevices.getUserMedia({ audio: true })));
    expect(await view.fired('speaking')).toMatchObject({ is_speaking: true });
    while ((await loud(view)) < 0.005);
    await view.page.evaluate(() => player.listen(null));
    expect(await view.fired('speaking', 1)).toMatchObject({ is_speaking: false });
  });
});
