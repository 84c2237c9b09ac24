import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePainter } from '../../../../../server/src/model-store/test-weights.ts';
import { openTestServer } from '../../../../../server/src/net/test-server.ts';
import { openTestBrowser, TestStudio, VIEWPORTS } from '../../test-studio.ts';

const SLOW = { timeout: 60_000 };
/** So much of the weights comes before the test lets the rest through. */
const FIRST_BYTES = 40_000_000;

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`Models are not tested: no Chromium starts here. ${browser}`);
let folder: string;
let weights: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-models-'));
  weights = join(folder, 'wav2lip.pth');
  if (typeof browser !== 'string') await writePainter(weights, 96, [200, 60, 30]);
}, 120_000);
afterAll(async () => {
  if (typeof browser !== 'string') await browser.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const card = (page: Page, words: string) =>
  page.getByRole('list', { name: 'Models' }).getByRole('listitem').filter({ hasText: words });

/** Gives the weights out, from where somebody wants to go on; `stop` comes before the end. */
async function give(response: ServerResponse, request: IncomingMessage, from: number, end: number) {
  const { size } = await stat(weights);
  const tag = { etag: '"first"', 'accept-ranges': 'bytes' };
  if (request.headers.range) {
    response.writeHead(206, {
      ...tag,
      'content-length': size - from,
      'content-range': `bytes ${from}-${size - 1}/${size}`,
    });
  } else response.writeHead(200, { ...tag, 'content-length': size });
  for await (const chunk of createReadStream(weights, { start: from, end: Math.min(end, size) - 1 })) {
    if (!response.write(chunk) && !response.destroyed) await new Promise((resolve) => response.once('drain', resolve));
  }
}

describe.skipIf(typeof browser === 'string')('the models of the page System', () => {
  test('are fetched under their licence, stopped, gone on with, verified and removed; what goes wrong is told', async () => {
    const asked: string[] = [];
    await using source = await openTestServer({
      '/wrong.pth': (response) => void response.end('these are no weights'),
      '/huge.pth': (response) => void response.writeHead(200, { 'content-length': 1e15 }).write('PK'),
      '/cut.pth': (response, request) =>
        void give(response, request, 0, FIRST_BYTES).then(() => response.socket?.destroy()),
      '/wav2lip.pth': (response, request) => {
        const range = request.headers.range;
        asked.push(range ?? 'all');
        const from = Number(/\d+/.exec(range ?? '0')![0]);
        // The first one is never told the rest; who goes on gets it.
        void give(response, request, from, range ? Number.POSITIVE_INFINITY : FIRST_BYTES).then(() => {
          if (range) response.end();
        });
      },
    });
    await using studio = await TestStudio.open(browser as Browser, '/system/models', {
      env: { ORATOR_ALLOW_ADDRESSES: '127.0.0.1' },
    });
    const { page } = studio;
    const wav2lip = card(page, 'the closer sync');
    const dialog = page.getByRole('dialog', { name: 'Fetch this model?' });
    const fetch = dialog.getByRole('button', { name: 'Fetch' });
    const take = async (file: string) => {
      const address = dialog.getByLabel('Address of the file');
      if (!(await address.isVisible())) await dialog.getByText('From another address').click();
      await address.fill(`${source.origin}${file}`);
      await fetch.click();
      await dialog.waitFor({ state: 'detached' });
    };

    await wav2lip.getByText('Not installed').waitFor();
    await wav2lip.getByRole('button', { name: 'Fetch' }).click();
    await dialog.getByText('LRS2', { exact: false }).waitFor();
    expect(await fetch.isDisabled()).toBe(true);
    await dialog.getByText('From another address').click();
    await dialog.getByRole('switch', { name: 'I have read this and agree' }).click();
    await dialog.getByLabel('Address of the file').fill('wav2lip.pth');
    await dialog.getByText('An address begins with').waitFor();
    expect(await fetch.isDisabled()).toBe(true);
    expect(await studio.barriers()).toEqual([]);

    for (const [file, happened, next] of [
      ['/wrong.pth', 'This file is not the model', 'wav2lip.pth'],
      ['/huge.pth', 'The disk has no room', 'Free some space'],
      ['/cut.pth', 'The file did not come', 'Try again later'],
    ] as const) {
      await take(file);
      const alert = wav2lip.getByRole('alert').filter({ hasText: happened });
      await alert.getByText(next, { exact: false }).waitFor(SLOW);
      await alert.getByRole('button', { name: 'Try again' }).click();
      expect(await dialog.getByRole('switch').count()).toBe(0); // that was agreed to
    }
    await take('/wav2lip.pth');
    const bar = wav2lip.getByRole('progressbar');
    await expect.poll(() => bar.getAttribute('aria-valuenow'), SLOW).toMatch(/^(1\d|2\d|3\d)$/);
    await wav2lip.getByText('127.0.0.1', { exact: false }).waitFor();
    expect(await studio.barriers()).toEqual([]);
    await wav2lip.getByRole('button', { name: 'Cancel' }).click();
    await wav2lip.getByText(/Stopped at \d/).waitFor(SLOW);
    await wav2lip.getByRole('button', { name: 'Fetch' }).click();
    await take('/wav2lip.pth');
    await wav2lip.getByText(/^Installed/).waitFor(SLOW);
    expect(asked).toEqual(['all', expect.stringMatching(/^bytes=\d{8}-$/)]);

    await wav2lip.getByRole('button', { name: 'Verify' }).click();
    await wav2lip.getByText('every byte is as it was', { exact: false }).waitFor(SLOW);
    await spoil(join(studio.data, 'models', 'wav2lip', 'wav2lip.pth'));
    await wav2lip.getByRole('button', { name: 'Verify' }).click();
    await wav2lip.getByRole('alert').getByText('is corrupt', { exact: false }).waitFor(SLOW);
    await wav2lip.getByText('Installed, but damaged', { exact: false }).waitFor();
    expect(await studio.barriers()).toEqual([]);
    // The browser notes the refusal on its console.
    expect(studio.troubles.splice(0)).toEqual([expect.stringContaining('422')]);
    await wav2lip.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await wav2lip.getByText('Not installed').waitFor(SLOW);
    expect((await studio.service.client().listModels()).models.some(({ installed }) => installed)).toBe(false);

    await page.setViewportSize(VIEWPORTS.phone);
    await page.getByRole('button', { name: 'اردو' }).click();
    await page.getByRole('list', { name: 'ماڈل' }).getByRole('button', { name: 'لائیں' }).first().click();
    await page.getByRole('dialog').waitFor();
    expect(await studio.overflow()).toBe(0);
    expect(await studio.barriers()).toEqual([]);
    expect(studio.troubles).toEqual([]);
  }, 300_000);

  test('are shown to who may only read, with the command for who may more', async () => {
    await using studio = await TestStudio.open(browser as Browser, '/system/models', { env: { ORATOR_AUTH: 'keys' } });
    const { page, service } = studio;
    const admin = service.client(/key {12}(\S+)/.exec(service.said)![1]!);
    const { key } = await admin.createKey({ name: 'reader', scopes: ['read'] });
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('orator models pull wav2lip', { exact: true }).waitFor(SLOW);
    expect(await page.getByRole('button', { name: /Fetch|Verify|Delete/ }).count()).toBe(0);
    expect(studio.troubles).toEqual([]);
  }, 120_000);
});

/** Changes one byte in the middle of a file. */
async function spoil(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Uint8Array.of(0x5a), 0, 1, Math.floor(size / 2));
}
