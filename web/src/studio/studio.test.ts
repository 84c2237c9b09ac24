import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { cachedStudio } from '../../studio-bundle.ts';
import { compressedBytes, FIRST_LOAD_BYTES, firstScripts } from './test-first-load.ts';
import { openTestBrowser, PLACES, TestStudio, VIEWPORTS } from './test-studio.ts';

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The studio is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

test('the first page needs at most 180 kB of JavaScript', async () => {
  const files = await cachedStudio();
  const scripts = firstScripts(files, 'make');
  expect(scripts.length).toBeGreaterThan(1);
  expect(compressedBytes(files, scripts)).toBeLessThan(FIRST_LOAD_BYTES);
}, 60_000);

test.each(PLACES)(
  '%s comes up without the renderer, the player, and what finds faces',
  async (place) => {
    const files = await cachedStudio();
    for (const later of ['picture-stage', 'preview-show', 'player-view', 'face-worker']) {
      const isPart = (name: string) => name.startsWith(`assets/${later}-`);
      expect([later, [...files.keys()].some(isPart)]).toEqual([later, true]);
      expect([later, firstScripts(files, place.slice(1)).some(isPart)]).toEqual([later, false]);
    }
  },
  60_000,
);

describe.skipIf(typeof browser === 'string')('the studio', () => {
  test('opens at the root, and its pages hold nothing against anybody: not on a phone, not in the dark, not in Urdu', async () => {
    await using studio = await TestStudio.open(browser as Browser, '');
    const { page } = studio;
    await page.goto(studio.service.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/studio');
    for (const viewport of [VIEWPORTS.laptop, VIEWPORTS.phone]) {
      await page.setViewportSize(viewport);
      for (const place of PLACES) {
        await studio.go(place);
        await page.getByRole('heading', { level: 1 }).waitFor();
        expect([place, viewport.width, await studio.barriers()]).toEqual([place, viewport.width, []]);
        expect(await studio.overflow()).toBe(0);
      }
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('button', { name: 'اردو' }).click();
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    for (const place of PLACES) {
      await studio.go(place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([place, await studio.barriers()]).toEqual([place, []]);
      expect(await studio.overflow()).toBe(0);
    }
    expect(studio.troubles).toEqual([]);
  }, 240_000);

  test('says that the service is lost, keeps the page, and goes on when it is back', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/make');
    const { page } = studio;
    const lost = page.getByText('The service cannot be reached.', { exact: false });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const { port } = new URL(studio.service.url);
    await studio.service.end('SIGKILL');
    await page.evaluate(() => dispatchEvent(new Event('offline'))); // the browser has a look at once
    await lost.waitFor();
    await page.getByRole('link', { name: 'Library' }).click();
    studio.service = await studio.service.again({ ORATOR_PORT: port });
    await lost.waitFor({ state: 'detached', timeout: 30_000 });
    await page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
  }, 120_000);

  test('asks for the key where one is needed, and keeps it nowhere', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/library', {
      env: { ORATOR_AUTH: 'keys', ORATOR_KEEP_DAYS: '1' },
    });
    const { page, service } = studio;
    const key = /key {12}(\S+)/.exec(service.said)![1]!;
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await studio.barriers()).toEqual([]);
    await page.getByLabel('Key').fill('ora_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is wrong or was revoked').waitFor();
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    const seen = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(seen).not.toContain(key);
    expect(seen).not.toContain('orator_sign_in');
    const answer = await page.evaluate(() => fetch('/api/v1/jobs').then(({ status }) => status));
    expect(answer).toBe(200);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Library' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => fetch('/api/v1/jobs').then(({ status }) => status))).toBe(401);
  }, 120_000);
});
