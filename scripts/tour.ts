import { mkdir } from 'node:fs/promises';
import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { OratorPlayer } from '../web/src/player/orator-player.ts';
import { type Furniture, furnish, PORTRAIT } from '../web/src/studio/test-furniture.ts';
import { TestStudio, VIEWPORTS } from '../web/src/studio/test-studio.ts';
import { openChromium } from './chromium.ts';

const FOLDER = 'docs/images/tour';
/** Good to read, and below 150 kB. */
const JPEG = { quality: 82, mozjpeg: true } as const;
const SLOW = { timeout: 60_000 };
const TEXT = 'Good morning, and welcome! Maybe you would like to see the old harbour first?';
/** When a mouth that says "Good morning, and welcome" is open. */
const OPEN_SECONDS = 0.9;
/** How far a jaw is open that is seen to be. */
const OPEN_JAW = 0.25;
/** Between the pictures of a phone that stand side by side, in pixels. */
const GAP = 28;

/** What one picture shows: where it begins, and what is done until it is as it shall be seen. */
interface Shot {
  readonly place: (furniture: Furniture) => string;
  readonly pose: (page: Page) => Promise<void>;
  readonly dark?: boolean;
  /** Whether it is seen in the middle of something, and so at once. */
  readonly moving?: boolean;
}

const first = (locator: Locator) => locator.first().waitFor(SLOW);
const pause = (page: Page, ms: number) => page.waitForTimeout(ms);

/** Shows a clip where its mouth is open. */
async function speak(clip: Locator): Promise<void> {
  await clip.waitFor(SLOW);
  await clip.evaluate((video: HTMLVideoElement, at) => {
    video.pause();
    video.currentTime = at;
  }, OPEN_SECONDS);
}

async function fillMake(page: Page): Promise<void> {
  await page.getByLabel('Drop a photo of a face').setInputFiles(PORTRAIT);
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
  await page.getByRole('button', { name: 'Preview', exact: true }).waitFor(SLOW);
}

async function speakLive(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^guide/ })
    .first()
    .click(SLOW); // the avatar stands before its photo
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.locator('section[data-session="ready"]').waitFor(SLOW);
  await page.getByRole('button', { name: 'Happy' }).click();
  await page.getByLabel('What shall it say?').fill(TEXT);
  await page.getByRole('button', { name: 'Speak' }).click();
  await page.locator('[data-caption]').waitFor(SLOW);
  await page.waitForFunction(
    async ([channel, open]) => {
      const pose = await document.querySelector<OratorPlayer>('orator-player')!.pose();
      return pose !== null && pose[channel]! > open;
    },
    [CHANNEL_INDEX.jawOpen, OPEN_JAW] as const,
    { ...SLOW, polling: 20 },
  );
}

/** The pictures of the tour, by name, in its order. */
const SHOTS = {
  make: {
    place: () => '/make',
    pose: async (page) => {
      await fillMake(page);
      await page.getByRole('button', { name: 'Preview', exact: true }).click();
      await page.getByRole('img', { name: 'Preview of the clip' }).waitFor(SLOW);
      await pause(page, 1500); // it speaks
    },
    moving: true,
  },
  clip: {
    place: () => '/make',
    pose: async (page) => {
      await page.getByRole('button', { name: 'Make the clip' }).click(SLOW);
      await page.getByText('Your clip is ready').waitFor(SLOW);
      await speak(page.getByLabel('The clip', { exact: true }));
      await page.evaluate(() => scrollTo(0, 0));
    },
  },
  live: { place: () => '/live', pose: speakLive, dark: true, moving: true },
  library: { place: () => '/library', pose: (page) => first(page.getByRole('list', { name: 'Files' })) },
  receipt: {
    place: () => '/library',
    pose: async (page) => {
      await page.getByRole('link', { name: 'welcome to the museum' }).click(SLOW);
      await first(page.getByText('Made as asked for', { exact: false }));
      await speak(page.getByRole('dialog').locator('video'));
    },
  },
  batch: {
    place: () => '/library/batch',
    pose: async (page) => {
      await page.getByText('guide', { exact: true }).click(SLOW);
      await page
        .getByRole('textbox', { name: 'One clip for each line' })
        .fill('Lesson one: the alphabet.\nLesson two: numbers.\nLesson three: days of the week.');
    },
  },
  avatar: {
    place: ({ avatar }) => `/avatars?avatar=${avatar}`,
    pose: async (page) => {
      await page.getByRole('textbox', { name: 'Test line' }).fill('Good morning, and welcome!');
      await page.getByRole('button', { name: 'Say it' }).click();
      await speak(page.getByRole('dialog').getByLabel('The test line'));
    },
  },
  jobs: { place: () => '/system', pose: (page) => first(page.getByRole('list', { name: 'Jobs' })) },
  models: {
    place: () => '/system/models',
    pose: async (page) => {
      await page.getByRole('list', { name: 'Models' }).getByRole('button', { name: 'Fetch' }).first().click(SLOW);
      await page.getByRole('dialog').waitFor();
    },
  },
  machine: {
    place: () => '/system/machine',
    pose: async (page) => {
      await first(page.getByText('Data folder'));
      await first(page.getByText('waits for work'));
    },
    dark: true,
  },
} as const satisfies Readonly<Record<string, Shot>>;

/** Makes the pictures of `docs/tour.md`: a service of its own is filled with the project's own portrait and looked at in a real browser. */
export async function makeTour(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const browser = await openChromium();
  try {
    await using studio = await TestStudio.open(browser, '/make');
    const furniture = await furnish(studio.service.client());
    for (const [name, shot] of Object.entries<Shot>(SHOTS)) {
      await sharp(await take(studio, shot, furniture))
        .jpeg(JPEG)
        .toFile(`${FOLDER}/${name}.jpg`);
    }
    await writePhones(studio, furniture);
    if (studio.troubles.length > 0) throw new Error(`The studio had troubles: ${studio.troubles.join('; ')}`);
  } finally {
    await browser.close();
  }
}

async function take(studio: TestStudio, shot: Shot, furniture: Furniture): Promise<Buffer> {
  const { place, pose, dark = false, moving = false } = shot;
  const { page } = studio;
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await studio.go(place(furniture));
  await page.locator('h1').waitFor(SLOW);
  await pose(page);
  if (!moving) await pause(page, 700); // pictures and what rises
  return page.screenshot();
}

/** Three pages on a phone, side by side: light, dark, and in Urdu. */
async function writePhones(studio: TestStudio, furniture: Furniture): Promise<void> {
  const { page } = studio;
  const { width, height } = VIEWPORTS.phone;
  await page.setViewportSize(VIEWPORTS.phone);
  const again = page.getByRole('button', { name: 'Change something' });
  const make: Shot = {
    place: () => '/make',
    pose: async () => {
      if (await again.isVisible()) await again.click();
      await page.getByRole('button', { name: 'Preview', exact: true }).waitFor(SLOW);
    },
  };
  const library: Shot = {
    place: () => '/library',
    pose: async () => {
      await page.getByRole('button', { name: 'اردو' }).click();
      await first(page.locator('#page li img'));
    },
  };
  const shots = [make, SHOTS.live, library];
  const pictures: Buffer[] = [];
  for (const shot of shots) pictures.push(await take(studio, shot, furniture));
  await sharp({
    create: { width: shots.length * (width + GAP) + GAP, height: height + 2 * GAP, channels: 3, background: '#d9d4c7' },
  })
    .composite(pictures.map((input, k) => ({ input, left: GAP + k * (width + GAP), top: GAP })))
    .jpeg(JPEG)
    .toFile(`${FOLDER}/phone.jpg`);
}
