import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OratorPlayer } from '../player/orator-player.ts';
import { openTestBrowser, TestStudio } from './test-studio.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const SLOW = { timeout: 60_000 };
const WORDS = 'Plums, and pears, and a pot of honey.';

const browser = await openTestBrowser();
if (typeof browser === 'string') console.warn(`A lost service is not tested: no Chromium starts here. ${browser}`);
afterAll(async () => typeof browser === 'string' || browser.close(), 60_000);

/** A page, what is typed there, and how it is seen that the page is itself again. */
interface Case {
  readonly place: string;
  readonly type: (page: Page) => Promise<void>;
  readonly typed: (page: Page) => Promise<string>;
  readonly well: (page: Page) => Promise<void>;
}

const live = (page: Page) => page.locator('section[data-session="ready"]').waitFor(SLOW);
const box = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

const CASES = {
  Make: {
    place: '/make',
    type: async (page) => {
      await page.getByLabel('Drop a photo of a face').setInputFiles(PORTRAIT);
      await box(page, 'Text').fill(WORDS);
      await page.getByRole('button', { name: 'Preview', exact: true }).waitFor(SLOW);
    },
    typed: (page) => box(page, 'Text').inputValue(),
    well: async (page) => {
      await page.getByRole('button', { name: 'Preview', exact: true }).click();
      await page.getByRole('img', { name: 'Preview of the clip' }).waitFor(SLOW);
    },
  },
  Live: {
    place: '/live',
    type: async (page) => {
      await page.getByLabel('Choose a photo of a face').setInputFiles(PORTRAIT);
      await page.getByRole('button', { name: 'Go live' }).click();
      await live(page);
      await page.waitForFunction(
        async () => (await document.querySelector<OratorPlayer>('orator-player')!.pose()) !== null,
        undefined,
        SLOW,
      );
      await box(page, 'What shall it say?').fill(WORDS);
    },
    typed: (page) => box(page, 'What shall it say?').inputValue(),
    well: async (page) => {
      await page.getByRole('button', { name: 'New session, same choices' }).click(SLOW);
      await live(page);
    },
  },
  Library: {
    place: '/library/batch',
    type: (page) => box(page, 'One clip for each line').fill(WORDS),
    typed: (page) => box(page, 'One clip for each line').inputValue(),
    well: async (page) => {
      await page.getByRole('tab', { name: 'Files' }).click();
      await page.getByText('Nothing here yet').waitFor(SLOW);
      await page.getByRole('tab', { name: 'Many at once' }).click();
    },
  },
  Avatars: {
    place: '/avatars',
    type: async (page) => {
      await page.getByRole('button', { name: 'New avatar' }).first().click();
      await page.getByRole('dialog').getByLabel('Drop a photo').setInputFiles(PORTRAIT);
      await box(page, 'Name').fill('plum');
    },
    typed: (page) => box(page, 'Name').inputValue(),
    well: async (page) => {
      expect(await page.getByRole('button', { name: 'Build it' }).isEnabled()).toBe(true);
    },
  },
  System: {
    place: '/system/log',
    type: (page) => page.getByRole('searchbox').fill('nobody'),
    typed: (page) => page.getByRole('searchbox').inputValue(),
    well: async (page) => {
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByText('The log of this machine has nothing of it.').waitFor(SLOW);
    },
  },
} as const satisfies Readonly<Record<string, Case>>;

describe.skipIf(typeof browser === 'string')('a service that is lost and comes back', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await TestStudio.open(browser as Browser, '/make');
  }, 120_000);
  afterAll(() => studio?.[Symbol.asyncDispose](), 60_000);

  test.each(Object.entries<Case>(CASES))(
    'is told on the page %s, and nobody loses what was typed',
    async (_, page) => {
      await loseAndFind(studio, page);
      // What the browser itself says of connections that it could not make is no trouble of the page.
      const said = /Failed to load resource|WebSocket connection|ERR_CONNECTION/;
      expect(studio.troubles.splice(0).filter((trouble) => !said.test(trouble))).toEqual([]);
    },
    180_000,
  );
});

async function loseAndFind(studio: TestStudio, { place, type, typed, well }: Case): Promise<void> {
  const { page } = studio;
  const { port } = new URL(studio.service.url);
  const lost = page.getByText('The service cannot be reached.', { exact: false });
  await studio.go(place);
  await type(page);
  const before = await typed(page);
  expect(before).not.toBe('');
  await studio.service.end('SIGKILL');
  await page.evaluate(() => dispatchEvent(new Event('offline'))); // the browser has a look at once
  await lost.waitFor(SLOW);
  expect(await typed(page)).toBe(before);
  studio.service = await studio.service.again({ ORATOR_PORT: port });
  await lost.waitFor({ ...SLOW, state: 'detached' });
  await well(page);
  expect(await typed(page)).toBe(before);
}
