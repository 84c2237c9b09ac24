import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { openFrames, readSound } from '../../../../../server/src/inspect/decode.ts';
import { findFfmpeg } from '../../../../../server/src/media/ffmpeg.ts';
import type { OratorPlayer } from '../../../player/orator-player.ts';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../../../fixtures/${name}`, import.meta.url));
const PORTRAIT = fixture('portrait.jpg');
const SPEECH = fixture('speech/hello.wav');
const LONG =
  'And then some more of them, and pears and apples, and bread and butter, and a pot of honey, and so much more.';
const TEXT = `Perhaps my mother brought a big basket of plums home. ${LONG}`;
const SLOW = { timeout: 60_000 };

const browser = await openTestBrowser({ heard: SPEECH });
if (typeof browser === 'string') console.warn(`The page Live is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close());

/** Waits until the session is in a state that the page has a name for. */
const session = (page: Page, state: string) => page.locator(`section[data-session="${state}"]`).waitFor(SLOW);

async function goLive({ page }: TestStudio): Promise<void> {
  await page.getByLabel('Choose a photo of a face').setInputFiles(PORTRAIT);
  await page.getByRole('button', { name: 'Go live' }).click();
  await session(page, 'ready');
}

/** Waits until a weight of the face that is shown is on one side of a limit. */
async function weight(page: Page, name: keyof typeof CHANNEL_INDEX, side: 'above' | 'below', limit: number) {
  await page.waitForFunction(
    async ([channel, above, bound]) => {
      const pose = await document.querySelector<OratorPlayer>('orator-player')!.pose();
      return pose !== null && (above ? pose[channel]! > bound : pose[channel]! < bound);
    },
    [CHANNEL_INDEX[name], side === 'above', limit] as const,
    { ...SLOW, polling: 40 },
  );
}

/** How much the pictures of a clip differ from the first one at most, and how loud its loudest sample is. */
async function measure(clip: Uint8Array): Promise<{ readonly moved: number; readonly loudest: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'orator-live-'));
  try {
    const path = join(folder, 'clip.mp4');
    await writeFile(path, clip);
    const ffmpeg = await findFfmpeg({ ffmpeg: process.env.ORATOR_FFMPEG, path: process.env.PATH ?? '' });
    const signal = AbortSignal.timeout(SLOW.timeout);
    await using pictures = await openFrames(ffmpeg, path, signal);
    let first: Uint8ClampedArray | undefined;
    let moved = 0;
    for await (const { pixels } of pictures.frames()) {
      first ??= Uint8ClampedArray.from(pixels);
      let apart = 0;
      for (let k = 0; k < pixels.length; k += 4) apart += Math.abs(pixels[k]! - first[k]!);
      moved = Math.max(moved, (apart * 4) / pixels.length);
    }
    const sound = await readSound(ffmpeg, path, signal);
    return { moved, loudest: sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(typeof browser === 'string')('the page Live', () => {
  test('makes a photo live: it says a text, feels, is recorded and replayed, and hears a microphone', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/live');
    const { page } = studio;
    expect(await page.getByRole('button', { name: 'Go live' }).isDisabled()).toBe(true);
    expect(await page.locator('[data-figure=session]').textContent()).toBe('Idle');
    await goLive(studio);
    expect(await studio.barriers()).toEqual([]);

    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByRole('button', { name: 'Stop recording' }).waitFor(SLOW);
    await page.getByLabel('What shall it say?').fill(TEXT);
    await page.getByRole('button', { name: 'Speak' }).click();
    await session(page, 'streaming');
    await weight(page, 'jawOpen', 'above', 0.1);
    await page.waitForFunction(
      (sentence) => document.querySelector('[data-caption]')?.textContent === sentence,
      LONG,
      SLOW,
    );
    await page.getByRole('button', { name: 'Interrupt' }).click();
    await session(page, 'ready');
    expect(await page.locator('[data-caption]').count()).toBe(0);

    await weight(page, 'mouthSmileLeft', 'below', 0.15);
    await page.getByRole('button', { name: 'Happy' }).click();
    await weight(page, 'mouthSmileLeft', 'above', 0.2);
    await expect.poll(() => page.locator('[data-figure=frames]').textContent(), SLOW).toMatch(/[1-9]/);

    await page.getByRole('button', { name: 'Stop recording' }).click();
    const link = page.getByRole('link', { name: /^Download \d/ });
    const [download] = await Promise.all([page.waitForEvent('download', SLOW), link.click(SLOW)]);
    const stream = await download.createReadStream();
    const clip = await measure(Buffer.concat(await stream.toArray()));
    expect(clip.moved).toBeGreaterThan(0.5);
    expect(clip.loudest).toBeGreaterThan(0.05);

    await page.getByRole('tab', { name: 'Microphone' }).click();
    await page.getByRole('button', { name: 'Turn the microphone on' }).click();
    await session(page, 'streaming');
    await weight(page, 'jawOpen', 'above', 0.1);
    const level = () =>
      page
        .locator('[data-meter]')
        .evaluate((meter) => Number((meter as HTMLElement).style.getPropertyValue('--level')));
    await expect.poll(level, SLOW).toBeGreaterThan(0.2);
    await page.getByText('Push to talk').click(); // nothing is heard any more unless the button is held
    await session(page, 'ready');
    await weight(page, 'jawOpen', 'below', 0.05);
    await page.getByRole('button', { name: 'Hold to talk' }).dispatchEvent('pointerdown');
    await session(page, 'streaming');
    await page.getByRole('button', { name: 'Turn the microphone off' }).click();
    await session(page, 'ready');

    await page.getByRole('button', { name: 'End session' }).click();
    await session(page, 'completed');
    await page.getByRole('button', { name: 'Replay' }).click(SLOW);
    await page.waitForFunction(
      () => (document.querySelector<HTMLVideoElement>('[role=dialog] video')?.videoWidth ?? 0) > 0,
      undefined,
      SLOW,
    );
    expect(studio.troubles).toEqual([]);
  }, 300_000);

  test('on a phone waits for a place, says a recording, and comes back after the service was lost', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/live', {
      viewport: VIEWPORTS.phone,
      env: { ORATOR_MAX_SESSIONS: '1' },
    });
    const { page, service } = studio;
    const { body: asset } = await service.upload(await readFile(PORTRAIT), 'anna.jpg');
    const { session_id: taken } = await service.client().beginLiveSession({ asset_id: asset.id! });
    await page.reload();
    await page.getByRole('button', { name: 'anna.jpg' }).click(SLOW);
    await page.getByRole('button', { name: 'Go live' }).click();
    await page.getByText('All live sessions are taken').waitFor(SLOW);
    await page.getByText(/Trying again in [1-5] s/).waitFor();
    expect(await studio.barriers()).toEqual([]);
    await service.client().endLiveSession(taken);
    await session(page, 'ready'); // by itself

    expect(await studio.barriers()).toEqual([]);
    expect(await studio.overflow()).toBe(0);
    await page.getByRole('tab', { name: 'File' }).click();
    await page.getByLabel('Choose a recording').setInputFiles(SPEECH);
    await page.getByRole('progressbar').waitFor(SLOW);
    await weight(page, 'jawOpen', 'above', 0.1);
    await page.getByRole('progressbar').waitFor({ ...SLOW, state: 'detached' });
    await session(page, 'ready');

    const { port } = new URL(service.url);
    await service.end('SIGKILL');
    await page.getByText(/Connection lost. Trying again for \d+ s/).waitFor(SLOW);
    expect(await page.locator('[data-figure=connection]').textContent()).toBe('Reconnecting');
    studio.service = await service.again({ ORATOR_PORT: port });
    await page.getByRole('button', { name: 'New session, same choices' }).click(SLOW);
    await session(page, 'ready');
    await page.getByRole('tab', { name: 'Text' }).click();
    await page.getByLabel('What shall it say?').fill(TEXT);
    await page.getByRole('button', { name: 'Speak' }).click();
    await weight(page, 'jawOpen', 'above', 0.1);
    expect(await studio.overflow()).toBe(0);
    expect(studio.troubles.filter((trouble) => !/Failed to load resource|WebSocket connection/.test(trouble))).toEqual(
      [],
    );
  }, 300_000);
});
