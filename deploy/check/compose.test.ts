import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/setup.mjs';
import { STOP_MS } from '../../server/src/jobs/clip-pool.ts';
import { type ComposeService, readCompose } from './compose.ts';
import { parseDockerfile, settingsOf } from './dockerfile.ts';
import { wrongSettings } from './settings-in-use.ts';

const DEPLOY = join(ROOT, 'deploy');
const DOCKERFILE = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
const SECRETS = parseEnv(readFileSync(join(DEPLOY, 'example.env'), 'utf8')) as Record<string, string>;
const read = (...names: string[]) =>
  readCompose(
    names.map((name) => join(DEPLOY, name)),
    SECRETS,
  );
const imageOf = ({ build }: ComposeService) => settingsOf(parseDockerfile(DOCKERFILE, build?.args), 'orator');
/** The services that run our image. */
const ours = ({ services }: ReturnType<typeof read>) => Object.entries(services).filter(([, { build }]) => build);

describe.each([
  ['one machine', ['compose.yaml']],
  ['one machine with a GPU', ['compose.yaml', 'compose.gpu.yaml']],
  ['many processes', ['compose.scale.yaml']],
])('compose for %s', (_, names) => {
  const project = read(...names);

  test('names only services, volumes, folders and files that there are', () => {
    for (const { depends_on, volumes, build } of Object.values(project.services)) {
      for (const name of Object.keys(depends_on)) expect(project.services).toHaveProperty(name);
      for (const source of volumes.map((volume) => volume.split(':')[0]!)) {
        if (source.startsWith('.')) expect(existsSync(join(DEPLOY, source))).toBe(true);
        else expect(project.volumes).toHaveProperty(source);
      }
      if (build) expect(posix.join(posix.join('deploy', build.context), build.dockerfile)).toBe('deploy/Dockerfile');
    }
  });

  test('waits for health only of what tells its health, and for the end only of what ends', () => {
    for (const { depends_on } of Object.values(project.services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck, restart } = project.services[name]!;
        if (condition === 'service_healthy') expect(healthcheck).toHaveProperty('test');
        if (condition === 'service_completed_successfully') expect(restart).toBe('on-failure');
      }
    }
  });

  test('says to each process of ours only what it can be told', () => {
    for (const [name, service] of ours(project)) {
      expect([name, wrongSettings({ ...imageOf(service).env, ...service.environment })]).toEqual([name, []]);
    }
  });

  test('opens the port that is listened at, gives time to hand work back, and lets only /data and /tmp be written', () => {
    for (const [, service] of ours(project)) {
      const image = imageOf(service);
      for (const port of service.ports) expect(Number(port.split(':').at(-1))).toBe(image.ports[0]);
      expect(service.stop_grace_period! * 1000).toBeGreaterThan(2 * STOP_MS);
      expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
      const written = service.volumes.filter((volume) => !volume.endsWith(':ro')).map((volume) => volume.split(':')[1]);
      expect(written.every((path) => image.volumes.includes(path!))).toBe(true);
    }
  });

  test('looks after the health of what has HTTP, and of nothing else', () => {
    for (const [, { command, entrypoint, healthcheck, ports }] of ours(project)) {
      const serves = !entrypoint && (command ?? ['serve'])[0] === 'serve';
      expect(ports.length > 0).toBe(serves);
      expect(healthcheck).toEqual(serves ? undefined : { disable: true });
    }
  });
});

test('with a GPU, the image has CUDA, under another name', () => {
  const [plain, gpu] = [read('compose.yaml'), read('compose.yaml', 'compose.gpu.yaml')];
  const { build, deploy, image, volumes } = gpu.services.orator!;
  expect(build!.args).toEqual({ VARIANT: 'cuda' });
  expect(imageOf(gpu.services.orator!).env.NVIDIA_DRIVER_CAPABILITIES).toContain('utility'); // nvidia-smi
  expect(deploy!.resources!.reservations.devices[0]!.capabilities).toEqual(['gpu']);
  expect(image).not.toBe(plain.services.orator!.image);
  expect(volumes).toEqual(plain.services.orator!.volumes);
});

describe('many processes', () => {
  const { services } = read('compose.scale.yaml');
  const { api, worker, postgres, s3, bucket } = services as Record<string, ComposeService>;

  test('are an API that works on nothing and two workers, on one database and one bucket', () => {
    expect(api!.environment.ORATOR_WORKERS).toBe('0');
    expect(worker).toMatchObject({ command: ['worker'], deploy: { replicas: 2 } });
    for (const name of ['ORATOR_DATABASE_URL', 'ORATOR_S3_ENDPOINT', 'ORATOR_S3_BUCKET', 'ORATOR_S3_PATH_STYLE']) {
      expect(new Set([api, worker, bucket].map((service) => service!.environment[name])).size).toBe(1);
    }
  });

  test('reach the database under its name, port, user and password', () => {
    const url = new URL(api!.environment.ORATOR_DATABASE_URL!);
    expect([url.hostname, url.port]).toEqual(['postgres', '5432']);
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = postgres!.environment;
    expect([url.username, url.password, url.pathname]).toEqual([POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB}`]);
  });

  test('reach the store under its name, port and key', () => {
    const url = new URL(api!.environment.ORATOR_S3_ENDPOINT!);
    expect(url.hostname).toBe('s3');
    expect(s3!.command!.join(' ')).toContain(`--port :${url.port} `);
    expect(s3!.environment).toEqual({
      ROOT_ACCESS_KEY: api!.environment.ORATOR_S3_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: api!.environment.ORATOR_S3_SECRET_ACCESS_KEY,
    });
    const health = (s3!.healthcheck as { test: string[] }).test.at(-1)!;
    expect(health).toBe(`http://127.0.0.1:${url.port}${s3!.command![s3!.command!.indexOf('--health') + 1]}`);
    expect(s3!.volumes.map((volume) => volume.split(':')[1])).toContain(s3!.command!.at(-1));
  });

  test('are not started without passwords', () => {
    expect(() => readCompose([join(DEPLOY, 'compose.scale.yaml')], {})).toThrow(/POSTGRES_PASSWORD is not set/);
  });
});
