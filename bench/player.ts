import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import { openChromium } from '../scripts/chromium.ts';
import { TestService } from '../server/src/service/test-service.ts';
import { TestPage } from '../web/src/player/test-page.ts';
import { loudnessOf, offsetOf } from '../web/src/player/test-sync.ts';
import { rounded, spread } from './table.ts';

export const title = 'The player in a real Chromium without a GPU, on one machine with its service (reach: issue 4)';

const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them. '.repeat(20);
const SECONDS = 5;
const INTERRUPTIONS = 20;
const OFFSETS = 40;

/** Watches a session that speaks, in motion mode at 512 pixels, and interrupts it again and again. */
export async function run(): Promise<Record<string, unknown>[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-bench-player-'));
  const browser = await openChromium();
  try {
    await using service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0' });
    const fresh = await timeOpening(await TestPage.open(browser, service));
    const stored = await timeOpening(await TestPage.open(browser, service));
    await using view = await TestPage.open(browser, service);
    await view.begin({ max_size: 512 });
    const idle = await figures(view);
    await view.page.evaluate((text) => player.say(text), TEXT);
    await view.fired('word');
    const speaking = await figures(view);
    const offsets: number[] = [];
    while (offsets.length < OFFSETS) offsets.push(...[await offsetOf(view)].filter((offset) => offset !== undefined));
    const interruptions = await interrupt(view);
    return [
      { figure: 'a new photo is given → its face is drawn, ms', value: fresh },
      { figure: 'a photo that is known is given → its face is drawn, ms', value: stored },
      { figure: 'pictures drawn a second, speaking', ...speaking.fps, reach: '≥ 25' },
      { figure: 'drawing a picture, ms', ...speaking.paintMs },
      { figure: 'motion while it speaks, bytes/s', ...speaking.pictureBytes, reach: '≤ 4096' },
      {
        figure: 'motion and sound while it is silent, bytes/s',
        value: idle.pictureBytes.value + idle.soundBytes.value,
      },
      { figure: 'lips later than sound, ms', ...spread(offsets, 0), reach: '± 40' },
      { figure: 'interrupt → silence, ms', ...spread(interruptions.heard, 0), reach: '≤ 100' },
      { figure: 'interrupt → mouth shut, ms', ...spread(interruptions.open, 0), reach: '≤ 100' },
    ];
  } finally {
    await browser.close();
    await rm(data, { recursive: true, force: true });
  }
}

async function timeOpening(page: TestPage): Promise<number> {
  await using view = page;
  const start = performance.now();
  await view.begin({ max_size: 512 });
  await view.page.waitForFunction(async () => (await player.pose()) !== null);
  return rounded(performance.now() - start, 0);
}

const FIGURES = ['fps', 'paintMs', 'pictureBytes', 'soundBytes'] as const;

/** What the player itself tells for some seconds. */
async function figures(view: TestPage) {
  const seen = await view.count('stats');
  const told: Record<string, unknown>[] = [];
  for (let k = 1; k <= SECONDS; k++) told.push(await view.fired('stats', seen + k));
  const of = (name: (typeof FIGURES)[number]) =>
    spread(
      told.map((one) => Number(one[name])),
      name === 'paintMs' ? 1 : 0,
    );
  return { fps: of('fps'), paintMs: of('paintMs'), pictureBytes: of('pictureBytes'), soundBytes: of('soundBytes') };
}

async function interrupt(view: TestPage) {
  const times = { heard: [] as number[], open: [] as number[] };
  for (let k = 0; k < INTERRUPTIONS; k++) {
    await view.page.evaluate((text) => player.say(text), TEXT);
    for (;;) {
      const { samples } = await view.listen();
      const jaw = (await view.see()).pose?.[CHANNEL_INDEX.jawOpen] ?? 0;
      if (loudnessOf(samples) > 0.01 && jaw > 0.08) break;
    }
    const { heard, open } = await view.timeInterruption();
    times.heard.push(heard);
    times.open.push(open);
  }
  return times;
}
