import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../../../scripts/chromium.ts';
import { TestService } from '../../../server/src/service/test-service.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const started = await openChromium().catch((error: unknown) => String(error).split('\n')[0]!);
const browser = typeof started === 'string' ? undefined : started;
if (typeof started === 'string') console.warn(`The page is not tested: no Chromium starts here. ${started}`);

let data: string;
let service: TestService;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-page-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0' });
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const active = async () => (await service.ask('/api/v1/stream/sessions')).body.active as unknown as number;

describe.skipIf(!browser)('the page of the player', () => {
  test('takes a photo, says a text with captions, and lets go of its session when it is left', async () => {
    const page = await (browser as Browser).newPage({ viewport: DESKTOP });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    await page.goto(`${service.url}/player`);
    expect(await page.isDisabled('#say')).toBe(true);
    await page.setInputFiles('#photo', PORTRAIT);
    await page.waitForSelector('#state[data-state=live]', { timeout: 30_000 });
    await page.fill('#text', 'Good morning to you. How are you?');
    await page.click('#say');
    await page.waitForFunction(() => document.getElementById('caption')!.textContent !== '', undefined, {
      timeout: 30_000,
    });
    expect(await page.textContent('#caption')).toBe('Good morning to you.');
    await page.click('#interrupt');
    await page.waitForFunction(() => document.getElementById('caption')!.textContent === '');
    await page.waitForFunction(() => Number(document.getElementById('fps')!.textContent) > 0);
    expect(await page.isHidden('#trouble')).toBe(true);
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    expect(troubles).toEqual([]);
    expect(await active()).toBe(1);
    await page.goto('about:blank');
    await expect.poll(active, { timeout: 20_000 }).toBe(0); // it would be kept for 30 s without a word
    await page.close();
  }, 120_000);

  test('says what is wrong with a picture, and waits for another one', async () => {
    const page = await (browser as Browser).newPage({ viewport: PHONE });
    await page.goto(`${service.url}/player`);
    await page.setInputFiles('#photo', { name: 'face.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
    await page.waitForSelector('#trouble:not([hidden])', { timeout: 30_000 });
    expect(await page.textContent('#trouble')).toMatch(/picture/i);
    expect(await page.isVisible('#welcome')).toBe(true);
    await page.close();
  }, 60_000);
});
