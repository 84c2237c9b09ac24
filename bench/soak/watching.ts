import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openChromium } from '../../scripts/chromium.ts';
import { TestService } from '../../server/src/service/test-service.ts';
import { TestPage } from '../../web/src/player/test-page.ts';
import { judge, rounded } from '../table.ts';
import { driftPerThousand } from './drift.ts';
import { HEAP_OPTIONS, openHeap } from './heap.ts';

const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them. '.repeat(5);
const WARM_UP_SECONDS = 60;
const SAMPLE_SECONDS = 30;

/** What the player tells once a second. */
interface Told {
  readonly offsetMs: number;
  readonly fps: number;
  readonly dropped: number;
}

/** A real browser that watches one session which speaks nearly all the time, for so many minutes: whether the lips stay with the sound, and what is held. */
export async function watchLong(minutes: number): Promise<Record<string, unknown>[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-soak-watching-'));
  const browser = await openChromium();
  try {
    const env = { ORATOR_DATA: data, ORATOR_WORKERS: '0', NODE_OPTIONS: HEAP_OPTIONS };
    await using service = await TestService.start(env);
    using heap = await openHeap(service.said);
    await using view = await TestPage.open(browser, service, 'mode="motion"');
    await view.begin({ max_size: 512 });
    const samples: { readonly at: number; readonly service: number; readonly page: number }[] = [];
    const told: Told[] = [];
    const start = performance.now();
    const passed = () => (performance.now() - start) / 1000;
    while (passed() < minutes * 60) {
      await view.page.evaluate((text) => player.say(text), TEXT);
      await pause(SAMPLE_SECONDS * 1000);
      told.push(...(await take(view)));
      samples.push({ at: passed(), service: await heap.collect(), page: await pageMegabytes(view) });
      const { at, service: held, page } = samples.at(-1)!;
      console.log(`${at.toFixed(0).padStart(6)} s: service ${held.toFixed(1)} MB, page ${page.toFixed(1)} MB`);
    }
    const seconds = told.slice(WARM_UP_SECONDS);
    const offsets = seconds.map(({ offsetMs }) => Math.abs(offsetMs)).toSorted((a, b) => a - b);
    const slope = driftPerThousand(seconds.map(({ offsetMs }, second) => ({ jobs: second, value: offsetMs })));
    const grown = (of: 'service' | 'page') =>
      driftPerThousand(
        samples.filter(({ at }) => at > WARM_UP_SECONDS).map((one) => ({ jobs: one.at, value: one[of] })),
      );
    return [
      { figure: 'watched over the wire, min', value: rounded(seconds.length / 60, 1) },
      {
        figure: 'lips against sound, mean of a second, p99 ms',
        value: rounded(offsets[Math.floor(0.99 * offsets.length)]!, 1),
        reach: '≤ 40',
      },
      { figure: '… drift in an hour, ms', value: rounded(Math.abs(slope * 3.6), 2), reach: '≤ 1' },
      {
        figure: 'drawn, pictures a second',
        value: rounded(seconds.reduce((sum, { fps }) => sum + fps, 0) / seconds.length, 1),
      },
      { figure: 'frames left out', value: seconds.at(-1)!.dropped - seconds[0]!.dropped },
      { figure: 'heap of the service, growth in 1000 s, MB', value: rounded(grown('service'), 2), reach: '≤ 1' },
      { figure: 'heap of the page, growth in 1000 s, MB', value: rounded(grown('page'), 2), reach: '≤ 1' },
    ].map(judge);
  } finally {
    await browser.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** What the player told since it was asked last. */
const take = ({ page }: TestPage) =>
  page.evaluate(() => {
    const told = fired.filter(({ type }) => type === 'stats').map(({ detail }) => detail as unknown as Told);
    fired.length = 0;
    return told;
  });

/** What the page's scripts hold after their garbage was collected. */
async function pageMegabytes({ page }: TestPage): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1e6;
  } finally {
    await session.detach();
  }
}
