import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TestService } from '../../server/src/service/test-service.ts';
import { describeMachine } from '../machine.ts';
import { ROOT } from '../material.ts';
import { shortOrder, shortPortrait, shortSound } from '../short-jobs.ts';
import { judge, rounded, tableLines } from '../table.ts';
import { comeAndGo } from './comings.ts';
import { driftPerThousand, type Point, peakDriftPerThousand } from './drift.ts';
import { HEAP_OPTIONS, openHeap } from './heap.ts';
import { type Sample, takeSample } from './sample.ts';
import { liveLong } from './session-life.ts';
import { watchLong } from './watching.ts';

const USAGE = `Usage: npm run soak -- [--jobs 2000]
       npm run soak -- --live [--hours 8] [--sessions 5000] [--minutes 30]

One service makes short clips, one after another, and is measured whenever it has nothing to do. After the first 200 jobs nothing
may grow any more. With --live, one live session lives for hours of its own time, many begin and end,
and a browser watches one for half an hour. Writes out/soak.json.
`;
const RESULT = join(ROOT, 'out/soak.json');
/** Jobs from one sample to the next. */
const BATCH = 25;
/** Caches fill, code gets warm, and the first processes that make clips are replaced. */
const WARM_UP = 200;
const WORKERS = 2;
const CLIENTS = 4;
const JOB_SECONDS = 120;

/** What may grow how much for each thousand jobs: by its noise, and no more. */
const FIGURES: readonly {
  readonly figure: string;
  readonly of: Exclude<keyof Sample, 'jobs'>;
  readonly drift: (points: readonly Point[]) => number;
  readonly reach: string;
}[] = [
  { figure: 'heap of the service, collected, MB', of: 'heapMegabytes', drift: driftPerThousand, reach: '≤ 3' },
  { figure: 'memory of the service, MB', of: 'serverMegabytes', drift: driftPerThousand, reach: '≤ 10' },
  { figure: 'memory of its children, peaks, MB', of: 'childMegabytes', drift: peakDriftPerThousand, reach: '≤ 40' },
  { figure: 'open files, pipes and sockets', of: 'handles', drift: driftPerThousand, reach: '≤ 2' },
  { figure: 'child processes', of: 'children', drift: driftPerThousand, reach: '≤ 0.1' },
  { figure: 'files in the data folder', of: 'files', drift: driftPerThousand, reach: '≤ 0.1' },
];

async function main(argv: readonly string[]): Promise<number> {
  const options = {
    jobs: { type: 'string', default: '2000' },
    live: { type: 'boolean' },
    hours: { type: 'string', default: '8' },
    sessions: { type: 'string', default: '5000' },
    minutes: { type: 'string', default: '30' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values } = parseArgs({ args: [...argv], options });
  const jobs = Number(values.jobs);
  if (
    values.help ||
    !(jobs >= WARM_UP + 2 * BATCH && [values.hours, values.sessions, values.minutes].every((one) => Number(one) >= 0))
  ) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const started = performance.now();
  const result = values.live
    ? await soakLive(Number(values.hours), Number(values.sessions), Number(values.minutes))
    : await soakJobs(jobs);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(tableLines({ ...result, seconds }).join('\n'));
  await mkdir(dirname(RESULT), { recursive: true });
  const made = new Date().toISOString();
  await writeFile(RESULT, `${JSON.stringify({ machine: describeMachine(), made, ...result }, null, 2)}\n`);
  console.log(`Written to ${RESULT}`);
  return result.rows.some((row) => row.result === 'miss') ? 1 : 0;
}

async function soakJobs(jobs: number) {
  const samples = await soak(jobs);
  const rows = rowsOf(samples.filter((sample) => sample.jobs >= WARM_UP));
  return { title: `soak: growth for each 1000 jobs, after the first ${WARM_UP} of ${jobs}`, rows, samples };
}

/** Each part that is asked for (above 0), in turn. */
async function soakLive(hours: number, sessions: number, minutes: number) {
  const rows = [
    ...(hours > 0 ? await liveLong(hours) : []),
    ...(sessions > 0 ? await comeAndGo(sessions) : []),
    ...(minutes > 0 ? await watchLong(minutes) : []),
  ];
  const title = `soak: one session for ${hours} h of its time, ${sessions} that begin and end, one that is watched for ${minutes} min`;
  return { title, rows };
}

const rowsOf = (samples: readonly Sample[]) =>
  FIGURES.map(({ figure, of, drift, reach }) => {
    const values = samples.map((sample) => sample[of]);
    const value = rounded(drift(samples.map((sample) => ({ jobs: sample.jobs, value: sample[of] }))), 2);
    const digits = of.endsWith('Megabytes') ? 1 : 0;
    const extremes = { min: rounded(Math.min(...values), digits), max: rounded(Math.max(...values), digits) };
    return judge({ figure, value, reach, ...extremes });
  });

/** Makes so many clips and tells what the service held after each batch. */
async function soak(jobs: number): Promise<Sample[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-soak-'));
  try {
    const env = { ORATOR_DATA: data, ORATOR_WORKERS: String(WORKERS), NODE_OPTIONS: HEAP_OPTIONS };
    await using service = await TestService.start(env);
    using heap = await openHeap(service.said);
    const image = (await service.upload(await shortPortrait(), 'portrait.jpg')).body.id!;
    const samples: Sample[] = [];
    for (let done = 0; done < jobs; done += BATCH) {
      let next = done;
      const last = Math.min(done + BATCH, jobs);
      const client = async () => {
        while (next < last) await oneJob(service, image, next++);
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      const sample = await takeSample(last, service.child.pid!, heap, data);
      samples.push(sample);
      console.log(lineOf(sample));
    }
    return samples;
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** All that a caller does for a clip: uploads its sound, follows the job, fetches the clip, and deletes both. */
async function oneJob(service: TestService, image: string, k: number): Promise<void> {
  const audio = (await service.upload(shortSound(k), 'sound.wav')).body.id!;
  const job = (await service.ask('/api/v1/videos', { body: shortOrder(image, audio, k) })).body;
  await (await fetch(`${service.url}/api/v1/jobs/${job.id}/events`)).text();
  const { asset, content } = await service.until(job.id!, 'completed', JOB_SECONDS);
  await (await fetch(service.url + content)).arrayBuffer();
  for (const id of [asset, audio]) await service.ask(`/api/v1/assets/${id}`, { method: 'DELETE' });
}

const lineOf = ({ jobs, heapMegabytes, serverMegabytes, childMegabytes, handles, children, files }: Sample) =>
  `${String(jobs).padStart(6)} jobs: service ${serverMegabytes.toFixed(0)} MB (heap ${heapMegabytes.toFixed(1)} MB), children ${childMegabytes.toFixed(0)} MB, ` +
  `${handles} handles, ${children} children, ${files} files`;

process.exitCode = await main(process.argv.slice(2));
