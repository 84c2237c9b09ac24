import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const PORTRAIT = fileURLToPath(new URL('../../../../../fixtures/portrait.jpg', import.meta.url));

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The page System is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

describe.skipIf(typeof browser === 'string')('the page System', () => {
  test('shows jobs as they go on, why one failed and its log, stops one and tries it again', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/system');
    const { page, service } = studio;
    await page.getByText('No jobs').waitFor();
    const client = service.client();
    const image = await client.upload(new File([await readFile(PORTRAIT)], 'me.jpg'));
    const silence = await client.upload(new Blob([writeWav(new Float32Array(16_000), hertz(16_000))]), {
      name: 'silence.wav',
    });
    const failing = await client.createVideo({ image: image.id, audio: silence.id });
    const jobs = page.getByRole('list', { name: 'Jobs' });
    await jobs.getByText('audio/silent').waitFor({ timeout: 90_000 });
    expect(await studio.barriers()).toEqual([]);
    await jobs.getByRole('button', { name: 'Log' }).click();
    const log = page.getByRole('dialog', { name: 'Log' });
    await log.getByRole('listitem').first().waitFor();
    expect(await studio.barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await jobs.getByRole('button', { name: 'Try again' }).click();
    await jobs.getByText('try 2', { exact: false }).waitFor({ timeout: 90_000 });
    await expect.poll(async () => (await client.getJob(failing.id)).state, { timeout: 90_000 }).toBe('failed');

    await client.createVideo({ image: image.id, text: 'A long line keeps the worker busy. '.repeat(12) });
    await jobs.getByText('In progress').waitFor({ timeout: 60_000 });
    const waiting = await client.createVideo({ image: image.id, text: 'Plums.' });
    const row = jobs.getByRole('listitem').filter({ hasText: waiting.id.slice(0, 8) });
    await row.getByText('Waiting').waitFor({ timeout: 30_000 });
    await row.getByRole('button', { name: 'Stop' }).click();
    await row.getByText('Cancelled').waitFor();
    expect((await client.getJob(waiting.id)).state).toBe('cancelled');
    await row.getByRole('button', { name: 'Try again' }).click();
    await row.getByText('Done').waitFor({ timeout: 180_000 });
    await page.getByRole('radio', { name: 'Failed' }).click();
    await expect.poll(() => jobs.getByRole('listitem').count(), { timeout: 20_000 }).toBe(1);
    expect(studio.troubles).toEqual([]);
  }, 420_000);

  test('tells of engines, models and the machine, with what to do about what is missing', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/system/models');
    const { page } = studio;
    await page.getByText('Wav2Lip with faces of 96: the closer sync').waitFor();
    await page.getByText('Portrait: a photo that speaks').waitFor();
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByText('All is well: it takes work.').waitFor({ timeout: 30_000 });
    await page.getByText('waits for work').waitFor({ timeout: 30_000 });
    await page.getByText(process.versions.node, { exact: false }).waitFor({ timeout: 60_000 });
    expect(await studio.barriers()).toEqual([]);
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByRole('searchbox').fill('no id');
    await page.getByText('Ids have letters', { exact: false }).waitFor();
    await page.getByRole('searchbox').fill('nobody');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('The log of this machine has nothing of it.').waitFor();
    expect(await studio.barriers()).toEqual([]);
    await page.setViewportSize(VIEWPORTS.phone);
    await page.getByRole('button', { name: 'اردو' }).click();
    for (const place of ['/system', '/system/models', '/system/machine', '/system/log?id=x']) {
      await studio.go(place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([place, await studio.overflow()]).toEqual([place, 0]);
    }
    expect(studio.troubles).toEqual([]);
  }, 240_000);
});
