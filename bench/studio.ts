import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openChromium } from '../scripts/chromium.ts';
import { compressedBytes, firstScripts } from '../web/src/studio/test-first-load.ts';
import { furnish } from '../web/src/studio/test-furniture.ts';
import { type LoadFigures, readLoading, watchLoading } from '../web/src/studio/test-load.ts';
import { PLACES, TestStudio, VIEWPORTS } from '../web/src/studio/test-studio.ts';
import { cachedStudio } from '../web/studio-bundle.ts';
import { ROOT } from './material.ts';
import { rounded, spread } from './table.ts';

export const title = 'The studio in a real Chromium without a GPU, on one machine with its service (reach: issue 5)';

/** Where a picture of each page at each width is kept. */
const PICTURES = join(ROOT, 'out/studio');
/** Every view that has a place of its own. */
const VIEWS = [...PLACES, '/library/batch', '/system/models', '/system/machine', '/system/log'] as const;
const RUNS = 5;
/** By then a page has all that it asked for. */
const SETTLED_MS = 1500;
/** How a page can look. */
const LOOKS = {
  light: { colorScheme: 'light', language: 'en' },
  dark: { colorScheme: 'dark', language: 'en' },
  urdu: { colorScheme: 'light', language: 'ur' },
} as const;
/** At which widths which of them are seen: the largest is the one of a laptop, scaled. */
const SEEN = { phone: ['light', 'dark', 'urdu'], laptop: ['light', 'dark', 'urdu'], display: ['light'] } as const;

/** Opens each page anew some times, then looks at each at three widths, in light and dark. */
export async function run(): Promise<Record<string, unknown>[]> {
  const files = await cachedStudio();
  await mkdir(PICTURES, { recursive: true });
  const browser = await openChromium();
  try {
    await using studio = await TestStudio.open(browser, '/make');
    await furnish(studio.service.client());
    const loads = new Map<string, readonly LoadFigures[]>();
    for (const place of PLACES) loads.set(place, await openAnew(browser, studio.service.url, place));
    const looks = await lookAtAll(studio);
    const moved = Math.max(...[...loads.values()].flat().map((load) => load.moved));
    return [
      ...PLACES.map((place) => ({
        figure: `JavaScript before ${place} can be used, gzip kB`,
        value: rounded(compressedBytes(files, firstScripts(files, place.slice(1))) / 1000, 1),
        reach: '≤ 180',
      })),
      ...[...loads].flatMap(([place, figures]) => rowsOf(place, figures)),
      { figure: 'what moves by itself while a page comes up, layout shift', value: rounded(moved, 3), reach: '≤ 0.1' },
      { figure: 'serious or critical findings of axe: light, dark, Urdu', value: looks.barriers, reach: '≤ 0' },
      { figure: 'pages that scroll sideways at 390, 1280 or 3840 pixels', value: looks.wide, reach: '≤ 0' },
      { figure: 'errors of pages and their consoles', value: studio.troubles.length, reach: '≤ 0' },
    ];
  } finally {
    await browser.close();
  }
}

function rowsOf(place: string, figures: readonly LoadFigures[]) {
  const of = (name: keyof LoadFigures) =>
    spread(
      figures.map((one) => one[name]),
      0,
    );
  return [
    { figure: `${place} asked for → something can be used, ms`, ...of('usableMs'), reach: '≤ 1500' },
    { figure: `${place} asked for → its largest part is painted, ms`, ...of('paintedMs') },
    { figure: `${place}: long tasks keep it from answering, ms`, ...of('blockedMs') },
  ];
}

/** A page as somebody sees it who was never here before, some times. */
async function openAnew(browser: Browser, url: string, place: string): Promise<readonly LoadFigures[]> {
  const figures: LoadFigures[] = [];
  for (let k = 0; k < RUNS; k++) {
    const context = await browser.newContext({ viewport: VIEWPORTS.laptop, locale: 'en-GB' });
    const page = await context.newPage();
    await watchLoading(page);
    await page.goto(`${url}/studio${place}`);
    await page.waitForTimeout(SETTLED_MS);
    figures.push(await readLoading(page));
    await context.close();
  }
  return figures;
}

/** Looks at every view at every width, and keeps a picture of each. */
async function lookAtAll(studio: TestStudio): Promise<{ readonly barriers: number; readonly wide: number }> {
  const { page } = studio;
  let barriers = 0;
  let wide = 0;
  for (const width of Object.keys(SEEN) as (keyof typeof SEEN)[]) {
    await page.setViewportSize(VIEWPORTS[width]);
    for (const look of SEEN[width]) {
      const { colorScheme, language } = LOOKS[look];
      await page.emulateMedia({ colorScheme });
      await page.evaluate((chosen) => localStorage.setItem('orator.language', JSON.stringify(chosen)), language);
      for (const view of VIEWS) {
        await studio.go(view);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForTimeout(SETTLED_MS);
        const file = `${view.slice(1).replace('/', '-')}-${width}-${look}.png`;
        await page.screenshot({ path: join(PICTURES, file) });
        if ((await studio.overflow()) > 0) wide++;
        const found = await studio.barriers();
        barriers += found.length;
        for (const { rule, where } of found) console.warn(`${view}, ${width}, ${look}: ${rule} at ${where}`);
      }
    }
  }
  return { barriers, wide };
}
