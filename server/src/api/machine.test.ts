import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const TEXT = 'Perhaps 100% of the plums.';

let data: string;
let service: TestService;
let admin: Record<string, string>;
let reader: Record<string, string>;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-machine-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '1' });
  admin = { authorization: `Bearer ${/key {12}(\S+)/.exec(service.said)![1]!}` };
  const made = await service.ask('/api/v1/keys', { body: { name: 'reader', scopes: ['read'] }, headers: admin });
  reader = { authorization: `Bearer ${made.body.key}` };
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

test('the doctor looks at the machine that answers, for admins alone', async () => {
  const { body } = await service.ask('/api/v1/doctor', { headers: admin });
  const findings = body.findings as unknown as { what: string; state: string; found: string; cure?: string }[];
  const of = (what: string) => findings.find((finding) => finding.what === what)!;
  expect(of('Node').found).toContain(process.versions.node);
  expect(of('Data folder')).toMatchObject({ state: 'ok', found: expect.stringContaining(data) });
  for (const finding of findings) if (finding.state !== 'ok') expect(finding.cure).toBeTruthy();
  expect((await service.ask('/api/v1/doctor', { headers: reader })).body.code).toBe('key/forbidden');
}, 60_000);

test('a request that fails is found in the log under its instance, without what it asked; probes are not', async () => {
  const linesOf = async (id: string) =>
    (await service.ask(`/api/v1/logs/${id}`, { headers: admin })).body.lines as unknown as Record<string, unknown>[];
  const fail = async (path: string) => (await service.ask(path, { headers: admin })).body;
  const unknown = await fail('/api/v1/jobs/apricots');
  await expect.poll(() => linesOf(unknown.instance!)).toHaveLength(1);
  const found = await linesOf(unknown.instance!);
  expect(found[0]).toMatchObject({ level: 'INFO', component: 'http', message: 'GET /api/v1/jobs/:id 404 job/unknown' });
  expect(JSON.stringify(found)).not.toMatch(/apricots/);
  const broken = await fail('/api/v1/jobs/%zz');
  await expect.poll(() => linesOf(broken.instance!)).toMatchObject([{ message: 'GET none 400 request/invalid' }]);
  await service.ask('/api/v1/health', { headers: { 'x-request-id': 'probe-1' } });
  expect(await linesOf('probe-1')).toEqual([]);
});

describe('a job', () => {
  let job: string;
  beforeAll(async () => {
    const image = await service.upload(await readFile(join(FIXTURES, 'portrait.jpg')), 'face_1.jpg', admin);
    const body = { image: image.body.id, text: TEXT };
    job = (await service.ask('/api/v1/videos', { body, headers: { ...admin, 'x-request-id': 'order-42' } })).body.id!;
    await service.until(job, 'completed', 90, admin);
  }, 120_000);

  test('is found in the log by its id and by that of its request, without what it says', async () => {
    const read = async (id: string) => (await service.ask(`/api/v1/logs/${id}`, { headers: admin })).body;
    const byJob = await read(job);
    expect(byJob.correlation_id).toBe('order-42');
    expect(byJob.lines).not.toEqual([]);
    expect(await read('order-42')).toEqual(byJob);
    expect(JSON.stringify(byJob)).not.toContain('plums');
    await appendFile(join(data, 'logs', 'latest.json'), '{"correlation_id":"order-42","mess\n');
    expect(await read('order-42')).toEqual(byJob);
    expect((await read('nobody')).lines).toEqual([]);
    expect((await service.ask(`/api/v1/logs/${job}`, { headers: reader })).status).toBe(403);
  });

  test('is ordered by a request that has its line, with its time', async () => {
    const lines = (await readFile(join(data, 'logs', 'latest.json'), 'utf8')).split('\n');
    expect(JSON.parse(lines.find((line) => line.includes('POST /api/v1/videos 202'))!)).toMatchObject({
      ...{ level: 'INFO', component: 'http', correlation_id: 'order-42', thread_id: service.child.pid },
      metadata: { method: 'POST', route: '/api/v1/videos', status: 202, duration_ms: expect.any(Number) },
    });
  });

  test('is listed by its outcome and its kind, and a filter that is not known is refused', async () => {
    const list = (query: string) => service.ask(`/api/v1/jobs?${query}`, { headers: admin });
    const ids = async (query: string) =>
      ((await list(query)).body.jobs as unknown as { id: string }[]).map(({ id }) => id);
    for (const query of ['outcome=success', 'kind=video', 'kind=video.portrait'])
      expect(await ids(query)).toEqual([job]);
    for (const query of ['outcome=fallback', 'kind=vid', 'kind=avatar']) expect(await ids(query)).toEqual([]);
    expect(await list('since=2026')).toMatchObject({
      status: 400,
      body: {
        code: 'request/invalid',
        detail: 'There is no query parameter "since". Known are: limit, after, state, outcome, kind.',
      },
    });
    const one = await service.ask(`/api/v1/jobs/${job}?verbose=1`, { headers: admin });
    expect(one.body.detail).toBe('There is no query parameter "verbose". There are none here.');
    expect((await service.ask(`/api/v1/jobs/${job}?ticket=`, { headers: admin })).status).toBe(200);
  });

  test('is told with its clip, which is found by what it says and by its kind', async () => {
    const find = async (query: string) =>
      (await service.ask(`/api/v1/assets?${query}`, { headers: admin })).body.assets as unknown as { name: string }[];
    const [clip, ...more] = await find('kind=clip');
    expect(clip).toMatchObject({ job, said: TEXT, live: false });
    expect(more).toEqual([]);
    expect(await find(`search=${encodeURIComponent('PLUMS 100%')}`)).toEqual([clip]);
    expect(await find(`search=${encodeURIComponent('p%s')}`)).toEqual([]);
    expect(await find('search=pears')).toEqual([]);
    expect((await find('search=face_1')).map(({ name }) => name)).toEqual(['face_1.jpg']);
    expect(await find('kind=clip&live=1')).toEqual([]);
    expect(await find('kind=clip&live=0')).toEqual([clip]);
    expect((await find('limit=1')).length).toBe(1);
  });
});
