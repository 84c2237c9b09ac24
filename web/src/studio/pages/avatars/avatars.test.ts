import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const PORTRAIT = fileURLToPath(new URL('../../../../../fixtures/portrait.jpg', import.meta.url));

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The page Avatars is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

describe.skipIf(typeof browser === 'string')('the page Avatars', () => {
  test('builds one from a photo that says a line, goes out as TAR, comes in again and is deleted', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/avatars');
    const { page, service } = studio;
    await page.getByText('No avatar yet').waitFor();
    await page.getByRole('button', { name: 'New avatar' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Drop a photo').setInputFiles(PORTRAIT);
    const name = dialog.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).toBe('portrait');
    await name.fill('../anna');
    await dialog.getByText('Only letters from A to Z', { exact: false }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Build it' }).isDisabled()).toBe(true);
    await name.fill('anna');
    expect(await studio.barriers()).toEqual([]);
    await dialog.getByRole('button', { name: 'Build it' }).click();
    await page.getByRole('list', { name: 'Being built' }).waitFor({ timeout: 30_000 });
    const card = (of: string) => page.getByRole('list', { name: 'Avatars' }).getByRole('link', { name: of });
    await card('anna').waitFor({ timeout: 120_000 });
    await page.getByRole('list', { name: 'Being built' }).waitFor({ state: 'detached' });
    expect(await studio.barriers()).toEqual([]);

    await card('anna').click();
    await dialog.getByRole('textbox', { name: 'Test line' }).fill('Plums, please.');
    await dialog.getByRole('button', { name: 'Say it' }).click();
    const clip = dialog.getByLabel('The test line');
    await clip.waitFor({ timeout: 120_000 });
    await expect
      .poll(() => clip.evaluate((video) => (video as HTMLVideoElement).videoWidth), { timeout: 20_000 })
      .toBeGreaterThan(100);
    await expect
      .poll(() => clip.evaluate((video) => (video as HTMLVideoElement).currentTime), { timeout: 20_000 })
      .toBeGreaterThan(0);
    expect(await studio.barriers()).toEqual([]);

    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Export TAR' }).click();
    const tar = await readFile(await (await download).path());
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Import' }).click();
    const drop = (buffer: Buffer) =>
      dialog.getByLabel('Drop a TAR').setInputFiles({ name: 'anna 2.tar', mimeType: 'application/x-tar', buffer });
    await drop(Buffer.from('no archive at all'));
    await dialog.getByRole('button', { name: 'Take it in' }).click();
    await dialog.getByText('avatar/invalid').waitFor();
    // The browser notes every refusal on its console.
    expect(studio.troubles.splice(0)).toEqual([expect.stringContaining('422')]);
    await drop(tar);
    await dialog.getByRole('button', { name: 'Take it in' }).click();
    await card('anna-2').waitFor({ timeout: 90_000 });
    const { avatars } = await service.client().listAvatars();
    expect(avatars.map(({ name: one, model, job }) => [one, model, job !== null])).toEqual([
      ['anna-2', 'portrait', false],
      ['anna', 'portrait', true],
    ]);

    await card('anna-2').click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete “anna-2”?' }).getByRole('button', { name: 'Delete' }).click();
    await card('anna-2').waitFor({ state: 'detached' });
    await expect.poll(async () => (await service.client().listAvatars()).avatars.length, { timeout: 30_000 }).toBe(1);

    await page.setViewportSize(VIEWPORTS.phone);
    await page.getByRole('button', { name: 'اردو' }).click();
    expect(await studio.overflow()).toBe(0);
    expect(await studio.barriers()).toEqual([]);
    expect(studio.troubles).toEqual([]);
  }, 420_000);

  test('says why one could not be built, until somebody has seen it', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/avatars');
    const { page } = studio;
    const blank = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 320, height: 320 });
      return canvas.toDataURL('image/png').split(',')[1]!;
    });
    await page.getByRole('button', { name: 'New avatar' }).first().click();
    const file = { name: 'night.png', mimeType: 'image/png', buffer: Buffer.from(blank, 'base64') };
    await page.getByRole('dialog').getByLabel('Drop a photo').setInputFiles(file);
    await page.getByRole('button', { name: 'Build it' }).click();
    await page.getByText('face/not-found').waitFor({ timeout: 90_000 });
    expect(await studio.barriers()).toEqual([]);
    const failed = page.getByRole('list', { name: 'Being built' });
    await failed.getByRole('button', { name: 'Close' }).click();
    await failed.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('No avatar yet').waitFor();
    expect(await page.getByText('face/not-found').count()).toBe(0);
    expect(studio.troubles).toEqual([]);
  }, 240_000);
});
