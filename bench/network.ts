import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { openChromium } from '../scripts/chromium.ts';
import { TestService } from '../server/src/service/test-service.ts';
import type { Mode } from '../web/src/player/show.ts';
import { TestPage } from '../web/src/player/test-page.ts';
import { offsetOf } from '../web/src/player/test-sync.ts';
import { BAD, BadWire } from './live/bad-wire.ts';
import { rounded } from './table.ts';

export const title = `Live sessions over a bad network: ${BAD.lostPercent} % of packets lost, ${BAD.delayMs} ms late and up to ${BAD.jitterMs} ms more (reach: issue 4)`;

const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them. '.repeat(20);
const GOOD_SECONDS = 8;
const BAD_SECONDS = 25;
const PRELOAD = new URL('./live/bad-datagrams.ts', import.meta.url).href;

/** How a stretch of time was for a viewer. */
interface Stretch {
  /** Pictures a second: the mean, and the least of a second. */
  readonly fps: number;
  readonly leastFps: number;
  /** How much later than the sound the lips were, ms: the middle one, and 99 of 100 were closer than the other. */
  readonly offset: number;
  readonly farthest: number;
  /** How much is held back at its end, ms. */
  readonly heldMs: number;
}

/** Watches a session that speaks while the network is good, bad, and good again. Only what the service sends over UDP goes wrong, not the answers. */
export async function run(): Promise<Record<string, unknown>[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-bench-network-'));
  const browser = await openChromium();
  try {
    const rows: Record<string, unknown>[] = [];
    for (const mode of ['motion', 'ws', 'webrtc'] as const) {
      const env = { ORATOR_DATA: data, ORATOR_WORKERS: '0', NODE_OPTIONS: `--import ${PRELOAD}` };
      await using service = await TestService.start(env);
      rows.push(...(await watch(browser, service, mode)));
    }
    return rows;
  } finally {
    await browser.close();
    await rm(data, { recursive: true, force: true });
  }
}

async function watch(browser: Browser, service: TestService, mode: Mode): Promise<Record<string, unknown>[]> {
  await using wire = await BadWire.open(service.url);
  await using view = await TestPage.open(browser, wire, `mode="${mode}"`);
  await view.begin({ max_size: 512 });
  await view.page.evaluate((text) => player.say(text), TEXT);
  await pause(GOOD_SECONDS * 1000);
  const turn = (isBad: boolean) => {
    wire.isBad = isBad;
    service.child.kill('SIGUSR2');
  };
  const good = await stretch(view, mode, GOOD_SECONDS);
  turn(true);
  const bad = await stretch(view, mode, BAD_SECONDS);
  turn(false);
  await pause(GOOD_SECONDS * 1000);
  const after = await stretch(view, mode, GOOD_SECONDS);
  return Object.entries({ good, bad, 'good again': after }).flatMap(([when, seen]) => [
    {
      figure: `${mode}, ${when}: lips later than sound, ms`,
      value: rounded(seen.offset, 0),
      farthest: rounded(seen.farthest, 0),
      reach: '± 40',
    },
    {
      figure: '… pictures a second',
      value: rounded(seen.fps, 1),
      least: rounded(seen.leastFps, 0),
      'held back ms': rounded(seen.heldMs, 0),
    },
  ]);
}

async function stretch(view: TestPage, mode: Mode, seconds: number): Promise<Stretch> {
  const end = performance.now() + seconds * 1000;
  const seen = await view.count('stats');
  const offsets: number[] = [];
  while (performance.now() < end) {
    const offset = mode === 'motion' ? await offsetOf(view) : await toldOffset(view, mode);
    if (offset !== undefined) offsets.push(offset);
    await pause(mode === 'motion' ? 50 : 500);
  }
  const told = await view.page.evaluate(
    (first) =>
      fired
        .filter(({ type }) => type === 'stats')
        .slice(first)
        .map(({ detail }) => detail),
    seen,
  );
  const rates = told.map(({ fps }) => Number(fps));
  const sorted = offsets.toSorted((a, b) => a - b);
  const far = offsets.map(Math.abs).toSorted((a, b) => a - b);
  return {
    fps: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    leastFps: Math.min(...rates),
    offset: sorted[sorted.length >> 1] ?? Number.NaN,
    farthest: far[Math.ceil(0.99 * far.length) - 1] ?? Number.NaN,
    heldMs: Number(told.at(-1)?.bufferMs),
  };
}

/** What the browser itself says of lips and sound, ms: of WebRTC by the moments of what it plays, else by what the player counts. */
async function toldOffset(view: TestPage, mode: Mode): Promise<number | undefined> {
  if (mode !== 'webrtc') {
    const stats = await view.page.evaluate(() => fired.findLast(({ type }) => type === 'stats')?.detail);
    return stats === undefined ? undefined : Number(stats.offsetMs);
  }
  return view.page.evaluate(async () => {
    const played: Record<string, number> = {};
    for (const peer of peers) {
      for (const report of (await peer.getStats()).values()) {
        if (report.type === 'inbound-rtp') played[report.kind] = report.estimatedPlayoutTimestamp;
      }
    }
    const { audio, video } = played;
    return audio && video ? audio - video : undefined;
  });
}
