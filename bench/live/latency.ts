import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import type { Browser } from 'playwright-core';
import type { TestService } from '../../server/src/service/test-service.ts';
import type { Mode } from '../../web/src/player/show.ts';
import { TestPage } from '../../web/src/player/test-page.ts';
import { mouthOf, STILL_HEAD, type Watched, watch } from './screen.ts';
import { Speaker } from './speaker.ts';

const COUNT = 25;
/** Vowels that come before those that count: page, service and both clocks find their pace. */
const FIRST = 5;
const EVERY_MS = 1200;
const RATE = 24_000;
const FPS = 25;
/** A vowel is looked for so long before and after it was sent, ms. */
const BEFORE = 200;
const AFTER = 700;

/** How long a sound takes on its way through the service to a viewer, of each vowel, ms. */
export interface Latency {
  readonly heard: readonly number[];
  /** Until the mouth stands on the screen as it stands in the stream at that sound. */
  readonly seen: readonly number[];
  /** Of it, until its frame leaves the service: median. */
  readonly service: number;
}

/** Sends vowels as a microphone would and watches the mouth in a real browser. `lag`: see `ownLag`. */
export async function measureLatency(
  browser: Browser,
  service: TestService,
  mode: Mode,
  vowel: Float32Array,
  lag?: number,
): Promise<Latency & { readonly lag: number }> {
  await using view = await TestPage.open(browser, service, `mode="${mode}"`);
  await using speaker = await Speaker.join(service, await view.begin(STILL_HEAD));
  await view.page.waitForFunction(() => globalThis.channels.every(({ readyState }) => readyState === 'open'));
  await view.page.waitForTimeout(1000);
  const [watched, said] = await Promise.all([
    watch(view, { length: (FIRST + COUNT) * EVERY_MS }),
    speaker.say(vowel, EVERY_MS, FIRST + COUNT),
  ]);
  const sent = said.slice(FIRST);
  const { latency_ms } = await service.client().getLiveStats();
  const own = lag ?? ownLag(view);
  return {
    heard: matched(sent, watched.heard),
    seen: seenAt(sent, watched).map(({ sent, seen }) => seen - sent - own),
    service: latency_ms.p50 ?? Number.NaN,
    lag: own,
  };
}

/** Each moment with the first one after it, as the time between them. */
function matched(from: readonly number[], to: readonly number[]): number[] {
  return from.flatMap((sent) => {
    const found = to.find((time) => time > sent && time < sent + AFTER);
    return found === undefined ? [] : [found - sent];
  });
}

/** When the mouth was half open for each vowel, by the points that vowels change most. */
function seenAt(sent: readonly number[], watched: Watched): { readonly sent: number; readonly seen: number }[] {
  const { times } = watched;
  const between = (from: number, to: number) => times.flatMap((time, k) => (time >= from && time < to ? [k] : []));
  const vowels = sent
    .map((time) => ({ time, shut: between(time - BEFORE, time), open: between(time, time + AFTER) }))
    .filter(({ shut, open }) => shut.length > 2 && open.length > 10);
  const mouth = mouthOf(watched, vowels);
  return vowels.flatMap(({ time, shut, open }) => {
    const rest = shut.reduce((sum, picture) => sum + mouth[picture]!, 0) / shut.length;
    const seen = halfWay(open.map((picture) => ({ time: times[picture]!, open: mouth[picture]! - rest })));
    return seen === undefined ? [] : [{ sent: time, seen }];
  });
}

/** When a rise first comes to half of its height, between two moments. */
function halfWay(points: readonly { readonly time: number; readonly open: number }[]): number | undefined {
  const half = Math.max(...points.map(({ open }) => open)) / 2;
  const k = points.findIndex(({ open }) => open >= half);
  if (half <= 0 || k < 1) return undefined;
  const [from, to] = [points[k - 1]!, points[k]!];
  return from.time + ((half - from.open) / (to.open - from.open)) * (to.time - from.time);
}

/** How long after the beginning of a vowel the mouth is half open in the stream itself, ms: it opens no faster than a mouth does. */
function ownLag({ sound, poses }: TestPage): number {
  const lags: number[] = [];
  let quiet = 0;
  sound.forEach((samples, number) => {
    const first = samples.findIndex((sample) => Math.abs(sample) > 0.02 * 32768);
    if (first < 0) quiet++;
    else if (quiet > 10) {
      const begins = number / FPS + first / RATE;
      const opened = poses.slice(number - 5, number + 15).flatMap((pose, k) => {
        return pose ? [{ time: (number - 5 + k) / FPS, open: pose[CHANNEL_INDEX.jawOpen]! }] : [];
      });
      const half = halfWay(opened);
      if (half !== undefined) lags.push((half - begins) * 1000);
    }
    if (first >= 0) quiet = 0;
  });
  return lags.toSorted((a, b) => a - b)[lags.length >> 1] ?? 0;
}
