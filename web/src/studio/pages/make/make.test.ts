import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureClip, openFaceNetworks } from '../../../../../server/src/inspect/clip.ts';
import { findFfmpeg } from '../../../../../server/src/media/ffmpeg.ts';
import { readLoading, watchLoading } from '../../test-load.ts';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const PORTRAIT = fileURLToPath(new URL('../../../../../fixtures/portrait.jpg', import.meta.url));
const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them.';
const testdata = process.env.ORATOR_TESTDATA ?? join(PORTRAIT, '../../../shared/testdata');
const TWO_FACES = join(testdata, 'portraits', 'two_faces_car.png');
const NO_FACE = join(testdata, 'portraits', 'no_face_stones.png');

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The page Make is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

const pick = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  page.getByLabel('Drop a photo of a face').setInputFiles(file);
const preview = (page: Page) => page.getByRole('button', { name: 'Preview', exact: true });
const make = (page: Page) => page.getByRole('button', { name: 'Make the clip' });

/** How many different mouths the preview shows within two seconds; no more than `enough` are waited for. */
const mouths = (page: Page, enough: number) =>
  page.getByRole('img', { name: 'Preview of the clip' }).evaluate(async (face, most) => {
    const shown = face.querySelector('canvas')!;
    const context = new OffscreenCanvas(32, 24).getContext('2d', { willReadFrequently: true })!;
    const seen = new Set<string>();
    for (const end = performance.now() + 2000; performance.now() < end && seen.size < most; ) {
      const { width, height } = shown;
      context.drawImage(shown, width * 0.4, height * 0.5, width * 0.25, height * 0.18, 0, 0, 32, 24);
      seen.add(context.getImageData(0, 0, 32, 24).data.join());
      await new Promise(requestAnimationFrame);
    }
    return seen.size;
  }, enough);

describe.skipIf(typeof browser === 'string')('the page Make', () => {
  // One service for all, as many people have it: each test has a browser of its own that remembers nothing.
  let home: TestStudio;
  beforeAll(async () => {
    home = await TestStudio.open(browser as Browser, '/make');
  }, 120_000);
  afterAll(() => home?.[Symbol.asyncDispose](), 60_000);

  test('makes a clip of a photo and a text that decodes and talks, and gives it away', async () => {
    await using studio = await home.visit('/make');
    const { page, service } = studio;
    const clips = async () => (await service.ask('/api/v1/assets?kind=clip')).body.assets as unknown as unknown[];
    const before = await clips();
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname));
    await page.getByText('A photo is missing.').waitFor();
    expect(await make(page).isDisabled()).toBe(true);
    await pick(page, PORTRAIT);
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
    await preview(page).click();
    await page.getByRole('img', { name: 'Preview of the clip' }).waitFor();
    expect(sent).toEqual(['/api/v1/previews']); // the picture stayed here
    expect(await studio.barriers()).toEqual([]);
    await make(page).click();
    await page.getByText('Your clip is ready').waitFor({ timeout: 120_000 });
    const video = page.getByLabel('The clip', { exact: true });
    await expect
      .poll(() => video.evaluate((element) => (element as HTMLVideoElement).videoWidth), { timeout: 15_000 })
      .toBe(720);
    expect(await studio.barriers()).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const clip = await (await download).path();
    await using networks = await openFaceNetworks();
    const tools = {
      ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }),
      networks,
      signal: new AbortController().signal,
    };
    const measures = await measureClip(clip, tools);
    expect(measures.openingRange).toBeGreaterThan(0.08);
    expect(measures.follow).toBeGreaterThan(0.2); // the mouth moves with what is heard

    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('radio', { name: 'An hour' }).click();
    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = await page.getByLabel('Link', { exact: true }).inputValue();
    const shared = await fetch(link);
    expect([shared.status, shared.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(await studio.barriers()).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Change something' }).click();
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue()).toBe(TEXT);
    await preview(page).waitFor({ timeout: 60_000 }); // the photo is still there too
    expect(await clips()).toHaveLength(before.length + 1);
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('draws in the preview what a face says: the mouth opens while it speaks, and is shut when it is stopped', async () => {
    await using studio = await home.visit('/make');
    const { page } = studio;
    await pick(page, PORTRAIT);
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
    await preview(page).click();
    const face = page.getByRole('img', { name: 'Preview of the clip' });
    await face.waitFor();
    expect(await mouths(page, 5)).toBeGreaterThanOrEqual(5);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await preview(page).waitFor();
    await expect.poll(() => mouths(page, 2), { timeout: 15_000 }).toBe(1);
    expect(studio.troubles).toEqual([]);
  }, 120_000);

  test('refuses what cannot speak, at once and with what to do, and lets another photo be chosen', async () => {
    await using studio = await home.visit('/make');
    const { page } = studio;
    await pick(page, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await page.getByText('Files of this kind are not understood').waitFor();
    await pick(page, { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
    await page.getByText('This picture cannot be read').waitFor();
    expect(await studio.barriers()).toEqual([]);
    await pick(page, PORTRAIT);
    await preview(page).waitFor({ timeout: 60_000 });
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(studio.troubles).toEqual([]);
  }, 120_000);

  test.skipIf(!existsSync(NO_FACE))(
    'finds no face in stones, and lets one of two be chosen (skipped without ORATOR_TESTDATA)',
    async () => {
      await using studio = await home.visit('/make');
      const { page } = studio;
      await page.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
      await pick(page, NO_FACE);
      await page.getByText('No face was found').waitFor({ timeout: 60_000 });
      expect(await make(page).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Another photo' }).click();
      await pick(page, TWO_FACES);
      const second = page.getByRole('button', { name: 'Face 2 from the left speaks' });
      await second.click({ timeout: 60_000 });
      expect(await second.getAttribute('aria-pressed')).toBe('true');
      await page.route('**/api/v1/videos', (route) => route.abort()); // what is ordered is enough
      const order = page.waitForRequest((request) => request.url().endsWith('/api/v1/videos'));
      await make(page).click();
      expect((await order).postDataJSON()).toMatchObject({ face: 1, text: TEXT });
    },
    120_000,
  );

  test('works on a phone and in Urdu: nothing lies beside the window, and a clip is made', async () => {
    await using studio = await home.visit('/make', { viewport: VIEWPORTS.phone });
    const { page } = studio;
    await page.getByRole('button', { name: 'اردو' }).click();
    await page.getByLabel('چہرے کی تصویر یہاں چھوڑیں').setInputFiles(PORTRAIT);
    await page.getByRole('textbox', { name: 'متن', exact: true }).fill('السلام علیکم، خوش آمدید۔');
    await page.getByRole('button', { name: 'آواز' }).click();
    await page.getByRole('searchbox').fill('nothing has this name');
    expect(await studio.barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'جھلک', exact: true }).waitFor({ timeout: 60_000 });
    expect(await studio.overflow()).toBe(0);
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'ویڈیو بنائیں' }).click();
    await page.getByText('آپ کی ویڈیو تیار ہے').or(page.getByRole('alert')).waitFor({ timeout: 120_000 });
    expect(await studio.overflow()).toBe(0);
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('records a voice, cuts it, and says it', async () => {
    await using studio = await home.visit('/make');
    const { page, service } = studio;
    const said = await service.ask('/api/v1/previews', { body: { text: TEXT } });
    await pick(page, PORTRAIT);
    await page.getByRole('tab', { name: 'Recording' }).click();
    await page.getByLabel('Drop a recording').setInputFiles({
      name: 'voice.wav',
      mimeType: 'audio/wav',
      buffer: Buffer.from(String(said.body.sound), 'base64'),
    });
    const end = page.getByRole('slider', { name: 'Ends at' });
    await end.focus();
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowLeft'); // 1 s
    await page.getByRole('button', { name: /^Cut to/ }).click();
    await page.getByRole('button', { name: /^Cut to/ }).waitFor({ state: 'detached' });
    expect(await studio.barriers()).toEqual([]);
    await make(page).click();
    await page.getByText('Your clip is ready').waitFor({ timeout: 120_000 });
    const { body } = await service.ask('/api/v1/jobs');
    const [job] = body.jobs as unknown as readonly { receipt: { timing: string; clip: { seconds: number } } }[];
    expect(job!.receipt.timing).toBe('audio');
    expect(job!.receipt.clip.seconds).toBeCloseTo(Number(said.body.seconds) - 1, 0);
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('says why a clip failed, and makes it when that is put right', async () => {
    await using studio = await home.visit('/make');
    const { page } = studio;
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await pick(page, PORTRAIT);
    await text.fill('你好世界');
    await make(page).click();
    await page.getByText('No voice can say this text').waitFor({ timeout: 60_000 });
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Back' }).click();
    await text.fill(TEXT);
    await make(page).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    await make(page).click();
    await page.getByText('Your clip is ready').waitFor({ timeout: 120_000 });
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('takes a photo with the camera, and an avatar in place of one', async () => {
    await using studio = await home.visit('/make');
    const { page, service } = studio;
    await page.getByRole('button', { name: 'Use the camera' }).click();
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Take the photo' }).click();
    await page.getByRole('img', { name: 'The photo that will speak' }).waitFor();
    await page.getByText('No face was found').waitFor({ timeout: 60_000 }); // the camera of the tests shows none

    const client = service.client();
    const picture = await client.upload(new File([await readFile(PORTRAIT)], 'me.jpg'));
    const { id } = await client.createAvatar({ model: 'portrait', image: picture.id, name: 'Me' });
    const job = await client.waitForJob(id);
    const avatar = job.state === 'completed' ? job.asset! : '';
    await studio.go(`/make?avatar=${avatar}`);
    await page.getByRole('img', { name: 'The avatar Me' }).waitFor();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
    expect(await studio.barriers()).toEqual([]);
    await make(page).click();
    await page.getByText('Your clip is ready').waitFor({ timeout: 120_000 });
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('shows a stand-in as one, with its reason, and takes its settings over', async () => {
    await using studio = await home.visit('/make');
    const { page, service } = studio;
    const client = service.client();
    const picture = await client.upload(new File([await readFile(PORTRAIT)], 'me.jpg'));
    const order = { engine: 'sadtalker', fallback: 'portrait', image: picture.id, text: 'Good morning.' } as const;
    const { id } = await client.createVideo({ ...order, emotion: 'happy', size: '512', fps: 20 });
    await client.waitForJob(id);
    await page.evaluate((job) => localStorage.setItem('orator.make.job', JSON.stringify(job)), id);
    await page.reload();
    await page.getByText('Made in another way than asked for, by the engine portrait').waitFor();
    await page.getByText(/sadtalker/i).waitFor();
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Change something' }).click();
    await studio.go(`/make?from=${id}`);
    await page.getByRole('radio', { name: 'Fast', checked: true }).waitFor();
    await page.getByRole('combobox', { name: 'Emotion' }).filter({ hasText: 'Happy' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(studio.troubles).toEqual([]);
  }, 120_000);

  test('holds its place while it loads: nothing moves that somebody may be reaching for', async () => {
    await using studio = await home.visit('/make');
    const { page } = studio;
    await watchLoading(page);
    await studio.go('/make');
    await page.getByRole('heading', { name: 'How it looks' }).waitFor();
    await page.getByText('English (America)').waitFor();
    const { moved } = await readLoading(page);
    expect(moved).toBeLessThan(0.02);
  }, 120_000);
});
