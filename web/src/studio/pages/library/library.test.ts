import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { strFromU8, unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { findFfmpeg } from '../../../../../server/src/media/ffmpeg.ts';
import { probeStreams } from '../../../../../server/src/media/probe.ts';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const PORTRAIT = fileURLToPath(new URL('../../../../../fixtures/portrait.jpg', import.meta.url));
const TABLE = 'text,voice,name\r\n"Plums, please.",,plums\r\nGuten Morgen.,de,"der ""Morgen"""\r\nGood night.,,\r\n';

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The page Library is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

describe.skipIf(typeof browser === 'string')('the page Library', () => {
  test('makes a clip of each row of a table, over a reload, and packs them; then finds one, tells how it was made and deletes it', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/library');
    const { page, service } = studio;
    await page.getByText('Nothing here yet').waitFor();
    await page.getByRole('tab', { name: 'Many at once' }).click();
    await page.getByText('Choose who says it.').waitFor();
    await page.getByLabel('Drop a photo').setInputFiles(PORTRAIT);
    await page.getByRole('tab', { name: 'Table' }).click();
    const drop = async (table: string) =>
      page
        .getByLabel('Drop a CSV file')
        .setInputFiles({ name: 'lessons.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await drop('words,voice\nx,y');
    await page.getByText('The first row of the table names no column "text"', { exact: false }).waitFor();
    await drop(TABLE);
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Make 3 clips' }).click();
    await page.getByText('of 3 done').waitFor();
    await page.reload();
    await page.getByText('3 of 3 done').waitFor({ timeout: 180_000 });
    expect((await service.ask('/api/v1/jobs')).body.jobs).toHaveLength(3); // however often the page was opened
    expect(await studio.barriers()).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '3 clips as ZIP' }).click();
    await expectClips(await (await download).path());

    await page.getByRole('tab', { name: 'Files' }).click();
    await page.getByRole('searchbox', { name: 'Search' }).fill('plums');
    await expect
      .poll(() => page.getByRole('list', { name: 'Files' }).getByRole('listitem').count(), { timeout: 20_000 })
      .toBe(1);
    await page.getByRole('link', { name: 'Plums, please.' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Made as asked for', { exact: false }).waitFor();
    await dialog.getByText('timed by the voice itself').waitFor();
    const video = dialog.locator('video');
    await expect
      .poll(() => video.evaluate((element) => (element as HTMLVideoElement).videoWidth), { timeout: 20_000 })
      .toBeGreaterThan(100);
    expect(await studio.barriers()).toEqual([]);
    const href = await dialog.getByRole('link', { name: 'Use these settings again' }).getAttribute('href');
    expect(href).toMatch(/^\/studio\/make\?from=[0-9a-f-]{36}$/);

    const remove = async () => {
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page
        .getByRole('dialog', { name: 'Delete “Plums, please.”?' })
        .getByRole('button', { name: 'Delete' })
        .click();
      await page.getByText('Nothing was found').waitFor();
    };
    const clips = async () => (await service.ask('/api/v1/assets?kind=clip')).body.assets as unknown as unknown[];
    await remove();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('link', { name: 'Plums, please.' }).click();
    expect(await clips()).toHaveLength(3);
    await remove();
    await expect.poll(async () => (await clips()).length, { timeout: 30_000 }).toBe(2);

    await page.setViewportSize(VIEWPORTS.phone);
    for (const place of ['/library', '/library/batch']) {
      await studio.go(place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await studio.overflow()).toBe(0);
    }
    expect(studio.troubles).toEqual([]);
  }, 420_000);

  test('says what cannot be made, and tries it again', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/library/batch');
    const { page } = studio;
    const stones = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 320, height: 320 });
      canvas.getContext('2d')!.fillRect(40, 40, 90, 200);
      return canvas.toDataURL('image/png').split(',')[1]!;
    });
    await page
      .getByLabel('Drop a photo')
      .setInputFiles({ name: 'stones.png', mimeType: 'image/png', buffer: Buffer.from(stones, 'base64') });
    await page.getByRole('textbox', { name: 'One clip for each line' }).fill('One.\n\nTwo.');
    await page.getByRole('button', { name: 'Make 2 clips' }).click();
    await page.getByText('2 failed').waitFor({ timeout: 90_000 });
    expect(await page.getByText('No face was found', { exact: true }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: '0 clips as ZIP' }).isDisabled()).toBe(true);
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Try the failed ones again' }).click();
    const attempts = async () => {
      const { jobs } = (await studio.service.ask('/api/v1/jobs')).body as unknown as {
        jobs: { attempt: number; state: string }[];
      };
      return jobs.map(({ attempt, state }) => `${state} ${attempt}`);
    };
    await expect.poll(attempts, { timeout: 90_000 }).toEqual(['failed 2', 'failed 2']);
    await page.getByRole('button', { name: 'New batch' }).click();
    await page.getByRole('button', { name: 'Make 2 clips' }).waitFor(); // what was typed is still there
    expect(studio.troubles).toEqual([]);
  }, 300_000);
});

/** A zip of three clips that ffmpeg can read, with a table of them. */
async function expectClips(path: string): Promise<void> {
  const files = unzipSync(await readFile(path));
  expect(Object.keys(files)).toEqual(['001-plums.mp4', '002-der-Morgen.mp4', '003-Good-night.mp4', 'clips.csv']);
  const table = strFromU8(files['clips.csv']!);
  expect(table).toContain('001-plums.mp4,success,"Plums, please."\r\n');
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  for (const [name, bytes] of Object.entries(files).slice(0, 3)) {
    const file = `${path}.${name}`;
    await writeFile(file, bytes);
    expect(await probeStreams(ffmpeg, file, 'mov', new AbortController().signal)).toEqual({
      sound: true,
      pictures: true,
    });
    await rm(file);
  }
}
