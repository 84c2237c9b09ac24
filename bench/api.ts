import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TestService } from '../server/src/service/test-service.ts';
import { findPostgres, openTestPostgres } from '../server/src/store/test-postgres.ts';
import { ROOT } from './material.ts';
import { rounded } from './table.ts';

export const title =
  'HTTP API: requests per second and waiting time, client and service on one machine (reach: issue 3)';

/** What a client waits is a matter of how much is asked: once as fast as the service answers, once at an even pace that leaves it room. */
const CLIENTS = 16;
const SECONDS = 4;
const PACED_PER_SECOND = 100;

/** Asks the service for small things, on the embedded database and, where it is installed, on PostgreSQL. */
export async function run(): Promise<Record<string, unknown>[]> {
  const rows = await measure('embedded database', {}, { get: '≥ 1000', create: '≥ 200' });
  const programs = await findPostgres();
  if (!programs) return rows;
  await using postgres = await openTestPostgres(programs);
  return [
    ...rows,
    ...(await measure('PostgreSQL', { ORATOR_DATABASE_URL: postgres.url }, { get: '≥ 1500', create: '≥ 200' })),
  ];
}

async function measure(
  where: string,
  env: Record<string, string>,
  reach: { readonly get: string; readonly create: string },
) {
  const data = await mkdtemp(join(tmpdir(), 'orator-bench-api-'));
  try {
    await using service = await TestService.start({
      ORATOR_DATA: data,
      ORATOR_WORKERS: '0',
      ORATOR_LOG_FILES: 'false',
      ...env,
    });
    const image = (await service.upload(await readFile(join(ROOT, 'fixtures/portrait.jpg')), 'me.jpg')).body.id;
    const order = JSON.stringify({ image, text: 'Hello.' });
    const job = (await service.ask('/api/v1/videos', { body: JSON.parse(order) })).body.id;
    const health = await load(service.url, 'GET', '/api/v1/health');
    const get = await load(service.url, 'GET', `/api/v1/jobs/${job}`);
    const create = await load(service.url, 'POST', '/api/v1/videos', order);
    return [
      rowOf(`health, ${where}`, health, '≥ 5000'),
      rowOf(`look at a job, ${where}`, get, reach.get),
      rowOf(`create a job, ${where}`, create, reach.create),
      pacedRow(`health, ${where}`, await paced(service.url, 'GET', '/api/v1/health')),
      pacedRow(`look at a job, ${where}`, await paced(service.url, 'GET', `/api/v1/jobs/${job}`)),
      pacedRow(`create a job, ${where}`, await paced(service.url, 'POST', '/api/v1/videos', order)),
    ];
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

const rowOf = (figure: string, { perSecond, p50, p99 }: Awaited<ReturnType<typeof load>>, reach: string) => ({
  figure: `${figure}, requests/s`,
  value: rounded(perSecond, 0),
  reach,
  'p50 ms': rounded(p50, 1),
  'p99 ms': rounded(p99, 1),
});

const pacedRow = (figure: string, { p50, p99 }: Waits) => ({
  figure: `${figure}, p99 ms at ${PACED_PER_SECOND} requests/s`,
  value: rounded(p99, 1),
  reach: '≤ 15',
  'p50 ms': rounded(p50, 1),
});

/** How long a client waits, ms. */
interface Waits {
  readonly p50: number;
  readonly p99: number;
}

function waitsOf(times: readonly number[]): Waits {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Requests at even distances, whether those before are answered or not; a wait counts from when a request was due. */
async function paced(url: string, method: string, path: string, body?: string): Promise<Waits> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const times: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: PACED_PER_SECOND * SECONDS }, async (_, k) => {
      const due = started + (k * 1000) / PACED_PER_SECOND;
      await wait(Math.max(0, due - performance.now()));
      await ask(agent, url, method, path, body);
      times.push(performance.now() - due);
    }),
  );
  agent.destroy();
  return waitsOf(times);
}

/** Some clients ask again and again for a while. */
async function load(url: string, method: string, path: string, body?: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const times: number[] = [];
  const until = performance.now() + SECONDS * 1000;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < until) {
        const from = performance.now();
        await ask(agent, url, method, path, body);
        times.push(performance.now() - from);
      }
    }),
  );
  agent.destroy();
  return { perSecond: (times.length * 1000) / (performance.now() - started), ...waitsOf(times) };
}

function ask(agent: Agent, url: string, method: string, path: string, body: string | undefined): Promise<void> {
  const headers =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { agent, method, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode! < 300) resolve();
        else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
