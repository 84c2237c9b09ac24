import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChromium } from '../scripts/chromium.ts';
import { TestService } from '../server/src/service/test-service.ts';
import { type Crowd, measureCrowd } from './live/crowd.ts';
import { measureInterruptions } from './live/interruption.ts';
import { type Latency, measureLatency } from './live/latency.ts';
import { spoken, spokenVowel } from './live/voice.ts';
import { rounded, spread } from './table.ts';

export const title =
  'Live sessions at 512 pixels and 25 pictures a second, browser and service on one machine (reach: issue 4)';

/** What is promised until a mouth is seen, in half of the cases and in 95 of 100; and until it is shut and silent. */
const REACH = {
  motion: { usual: '≤ 80', most: '≤ 120', cut: '≤ 100' },
  ws: { usual: '≤ 120', most: '≤ 180', cut: '≤ 100' },
  webrtc: { usual: '≤ 180', most: '≤ 260', cut: '≤ 200' },
} as const;
const CROWDS: Readonly<Record<string, Crowd>> = {
  'motion, one in ten speaks by sound, the others listen': { mode: 'motion', bySound: 0.1, byText: 0, reach: 200 },
  'motion, all by text, their voices on another core': { mode: 'motion', bySound: 0, byText: 1, reach: 200 },
  'motion, all by sound': { mode: 'motion', bySound: 1, byText: 0, reach: 40 },
  'pictures, texts': { mode: 'frames', bySound: 0, byText: 1, reach: 4 },
};
const SPEECH = 'Perhaps my mother brought a big basket of plums home, and then some more of them.';

/** How quick a live face is, and how many of them there can be. */
export async function run(): Promise<Record<string, unknown>[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-bench-live-'));
  try {
    const seen = await measureViewers(data);
    const pcm = await spoken(SPEECH);
    const held: Record<string, unknown>[] = [];
    for (const [name, crowd] of Object.entries(CROWDS)) {
      held.push({
        figure: `sessions at a time, service on one core: ${name}`,
        ...(await measureCrowd(data, crowd, pcm)),
      });
    }
    return [...seen, ...held];
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function measureViewers(data: string): Promise<Record<string, unknown>[]> {
  const browser = await openChromium();
  try {
    const vowel = await spokenVowel();
    const rows: Record<string, unknown>[] = [];
    let lag: number | undefined;
    for (const mode of ['motion', 'ws', 'webrtc'] as const) {
      await using service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0' });
      const latency = await measureLatency(browser, service, mode, vowel, lag);
      lag ??= latency.lag;
      rows.push(...latencyRows(mode, latency));
      const { heard, open } = await measureInterruptions(browser, service, mode);
      const reach = REACH[mode].cut;
      rows.push({ figure: `interrupt → silence, ${mode}, p99 ms`, ...worst(heard), reach });
      rows.push({ figure: `interrupt → mouth seen shut, ${mode}, p99 ms`, ...worst(open), reach });
    }
    return rows;
  } finally {
    await browser.close();
  }
}

function latencyRows(mode: keyof typeof REACH, { heard, seen, service }: Latency) {
  const { usual, most } = REACH[mode];
  return [
    { figure: `a sound comes in → its mouth is on the screen, ${mode}, p50 ms`, ...spread(seen, 0), reach: usual },
    { figure: '… p95 ms', value: rounded(percentile(seen, 0.95), 0), reach: most },
    { figure: '… it is heard, p50 ms', ...spread(heard, 0) },
    { figure: '… its frame leaves the service, p50 ms', value: service },
  ];
}

const worst = (values: readonly number[]) => ({ ...spread(values, 0), value: rounded(percentile(values, 0.99), 0) });

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
