import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { cachedStudio } from '../../studio-bundle.ts';
import { openTestBrowser, TestStudio, VIEWPORTS } from './test-studio.ts';

const PLACES = ['/make', '/live', '/library', '/avatars', '/system'] as const;
/** What may come before anything can be done, compressed. */
const FIRST_LOAD_BYTES = 180_000;

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`The studio is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

test('the first page needs at most 180 kB of JavaScript', async () => {
  const files = await cachedStudio();
  const text = (name: string) => Buffer.from(files.get(name)!).toString();
  const wanted = new Set<string>();
  const follow = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    // Static imports only: `import('./x.js')` comes later.
    for (const [, next] of text(name).matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) follow(`assets/${next}`);
  };
  for (const [, src] of text('index.html').matchAll(/src="\/studio\/(assets\/[\w-]+\.js)"/g)) follow(src!);
  follow([...files.keys()].find((name) => name.startsWith('assets/make-page-'))!);
  const bytes = [...wanted].reduce((sum, name) => sum + gzipSync(files.get(name)!).length, 0);
  expect(wanted.size).toBeGreaterThan(1);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES);
}, 60_000);

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
