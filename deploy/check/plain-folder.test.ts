import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ROOT } from '../../scripts/setup.mjs';
import { findFfmpeg } from '../../server/src/media/ffmpeg.ts';
import { openTestS3, TEST_S3_KEY } from '../../server/src/storage/test-s3.ts';
import { findPostgres, freePort, openTestPostgres } from '../../server/src/store/test-postgres.ts';
import { readCompose } from './compose.ts';
import { parseDockerfile, settingsOf } from './dockerfile.ts';
import { readKustomization } from './kubernetes.ts';
import { NoPackages, type PlainFolders, takeSteps } from './plain-folder.ts';
import { type RunningImage, type Start, startImage } from './running-image.ts';

const DEPLOY = join(ROOT, 'deploy');
const stages = parseDockerfile(readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8'));
const image = settingsOf(stages, 'orator');
const programs = await findPostgres();

let folders: PlainFolders | undefined;
let root: string;
let app: string;
/** The image's ffmpeg is the system's; here it is the one that the checkout finds. */
let ffmpeg: string;

beforeAll(async () => {
  ffmpeg = (await findFfmpeg({ path: process.env.PATH ?? '' })).path;
  try {
    folders = await takeSteps(stages, 'orator');
  } catch (thrown) {
    if (thrown instanceof NoPackages) return;
    throw thrown;
  }
  root = folders.rootOf('orator');
  app = join(root, image.workingFolder);
}, 300_000);
afterAll(() => folders?.[Symbol.asyncDispose](), 120_000);

const needsPackages = ({ skip }: TestContext) =>
  skip(!folders, 'npm neither reaches a registry nor has kept the packages');

const start = async (how: Omit<Start, 'image' | 'root'>): Promise<RunningImage> =>
  startImage({ image, root, ...how, env: { ORATOR_FFMPEG: ffmpeg, ORATOR_LOG_CONSOLE: 'false', ...how.env } });

/** Every path that a probe of ours asks for. */
function probedPaths(): readonly string[] {
  const probes = readdirSync(join(DEPLOY, 'kubernetes')).flatMap((folder) =>
    readKustomization(join(DEPLOY, 'kubernetes', folder)).flatMap((object) => {
      if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return [];
      const { startupProbe, livenessProbe, readinessProbe } = object.spec.template.spec.containers[0];
      return [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe?.httpGet.path ?? []);
    }),
  );
  return [...new Set(probes)];
}

describe('the steps of the Dockerfile, in a plain folder', () => {
  test('leave out only what the system’s package manager does', (context) => {
    needsPackages(context);
    expect(folders!.skipped.map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual(['apt-get update']);
  });

  test('give the package and what it needs to run: no sources, no tools', (context) => {
    needsPackages(context);
    expect(readdirSync(join(app, 'server')).toSorted()).toEqual(['LICENSE', 'bin', 'dist', 'package.json']);
    const packages = readdirSync(join(app, 'node_modules'));
    expect(packages).toEqual(expect.arrayContaining(['fastify', 'pg', 'sharp']));
    expect(['typescript', 'vite', 'vitest', '@biomejs', 's3rver'].filter((name) => packages.includes(name))).toEqual(
      [],
    );
  });

  test('make what serves from a folder that it cannot write to, says that it is well, and leaves in order', async (context) => {
    needsPackages(context);
    const port = await freePort();
    await using running = await start({ env: { ORATOR_PORT: String(port) } });
    const [key] = await running.says(/ora_[\w-]{32}(?=\n)/);
    await running.says(/data {11}/);
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-api-key': key } });
    for (const path of probedPaths()) {
      await expect.poll(async () => [path, (await ask(path)).status], { timeout: 60_000 }).toEqual([path, 200]); // the engine gets warm first
    }
    expect((await ask('/api/v1/keys')).status).toBe(200);
    expect(await isHealthy(port)).toBe(true);
    const data = join(root, image.env.ORATOR_DATA!);
    if (running.user) {
      expect(statSync(join(data, 'lock')).uid).toBe(running.user.uid);
      expect(statSync(app).uid).not.toBe(running.user.uid);
    }
    expect(await running.stop()).toBe(0);
    expect(running.said).toContain('Leaving');
    expect(existsSync(join(data, 'lock'))).toBe(false);
    expect(await isHealthy(port)).toBe(false);
  }, 120_000);
});

/** Runs the image's health check. */
const isHealthy = async (port: number) => {
  const [program, ...args] = image.healthCheck;
  expect(program).toBe('node');
  const env = { ...image.env, ORATOR_PORT: String(port) };
  return promisify(execFile)(process.execPath, args, { env }).then(
    () => true,
    () => false,
  );
};

describe.skipIf(!programs)(
  `the processes of compose.scale.yaml${programs ? '' : ' (PostgreSQL is not installed)'}`,
  () => {
    test('make a bucket, then a clip: the API takes the order, a worker does it', async (context) => {
      needsPackages(context);
      const { services } = readCompose([join(DEPLOY, 'compose.scale.yaml')], {
        POSTGRES_PASSWORD: 'a',
        S3_SECRET: 'b',
      });
      const { api, worker, bucket } = services;
      await using stores = await openStores();
      copyFileSync(join(DEPLOY, 'create-bucket.mjs'), join(app, 'create-bucket.mjs')); // the volume of that service
      for (const words of ['was made', 'is there']) {
        await using making = await start({
          entrypoint: bucket!.entrypoint,
          command: [],
          env: { ...bucket!.environment, ...stores.env },
        });
        await making.says(new RegExp(words));
        expect(await making.ended).toBe(0);
      }

      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      await using serving = await start({
        command: api!.command,
        env: { ...api!.environment, ...stores.env, ORATOR_PORT: String(port) },
      });
      const [key] = await serving.says(/ora_[\w-]{32}(?=\n)/);
      await serving.says(/data {11}/);
      await using working = await start({ command: worker!.command, env: { ...worker!.environment, ...stores.env } });
      await working.says(/is ready/);

      const ask = async (path: string, init: RequestInit = {}) =>
        (
          await fetch(`${url}/api/v1${path}`, { ...init, headers: { 'x-api-key': key, ...init.headers } })
        ).json() as Promise<Record<string, string>>;
      const form = new FormData();
      form.append('file', new Blob([readFileSync(join(ROOT, 'fixtures/portrait.jpg'))]), 'me.jpg');
      const { id: picture } = await ask('/uploads', { method: 'POST', body: form });
      const body = JSON.stringify({ image: picture, text: 'Good morning.' });
      const { id: job } = await ask('/videos', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      await expect
        .poll(async () => (await ask(`/jobs/${job}`)).state, { timeout: 120_000, interval: 200 })
        .toBe('completed');
      const { content } = await ask(`/jobs/${job}`);
      const clip = await fetch(`${url}${content}`, { headers: { 'x-api-key': key } });
      expect(Buffer.from(await clip.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
      expect(await Promise.all([serving.stop(), working.stop()])).toEqual([0, 0]);
    }, 300_000);
  },
);

/** A PostgreSQL and an S3 server, with what leads our processes to them instead of to the services of the compose file. */
async function openStores() {
  await using opening = new AsyncDisposableStack();
  const postgres = opening.use(await openTestPostgres(programs!));
  const directory = await mkdtemp(join(tmpdir(), 'orator-buckets-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const { endpoint } = opening.use(await openTestS3(directory));
  const closing = opening.move();
  return {
    env: {
      ORATOR_DATABASE_URL: postgres.url,
      ORATOR_S3_ENDPOINT: endpoint,
      ORATOR_S3_ACCESS_KEY_ID: TEST_S3_KEY,
      ORATOR_S3_SECRET_ACCESS_KEY: TEST_S3_KEY,
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
