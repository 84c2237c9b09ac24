import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { TestService } from '../../server/src/service/test-service.ts';
import { S3Storage } from '../../server/src/storage/s3-storage.ts';
import { findPostgres, freePort, openTestPostgres } from '../../server/src/store/test-postgres.ts';
import { Actor, databaseActor, programOf } from './actor.ts';

/** Where the jobs and the files of a run are kept. */
export interface Setup {
  readonly database: 'embedded' | 'postgres';
  readonly files: 'folder' | 's3';
}

/** The programs of one run and where they keep their things. */
export interface Stage extends AsyncDisposable {
  readonly setup: Setup;
  readonly url: string;
  /** The data folder of all of them. */
  readonly data: string;
  /** The service itself, before anything is killed. */
  readonly service: TestService;
  readonly actors: readonly Actor[];
  /** The bucket, where files are kept in one. */
  readonly bucket: S3Storage | null;
  /** Keeps the data folder for whoever looks into what went wrong. */
  keep(): void;
}

/** Workers: inside the service on the embedded database, as processes of their own on PostgreSQL. */
const WORKERS = 2;
const BUCKET = 'chaos';
/** What s3rver knows; both are as public as its source. */
const S3_KEY = 'S3RVER';

/** Starts the programs of a set-up. @throws {Error} when PostgreSQL is asked for and not installed. */
export async function openStage(setup: Setup): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'orator-chaos-'));
  let kept = false;
  opening.defer(async () => {
    if (!kept) await rm(data, { recursive: true, force: true });
  });
  const port = await freePort();
  const shared: Record<string, string> = {
    ORATOR_DATA: data,
    ORATOR_PORT: String(port),
    ORATOR_JOBS_PER_KEY: '64', // all jobs are of one key here; those of killed workers count until their leases end
  };
  const bucket = setup.files === 's3' ? await openBucket(shared, data, opening) : null;
  const actors: Actor[] = [];
  if (setup.database === 'postgres') {
    const programs = await findPostgres();
    if (!programs) throw new Error('PostgreSQL is not installed. Install it, or ask for --database embedded.');
    const postgres = opening.use(await openTestPostgres(programs));
    shared.ORATOR_DATABASE_URL = postgres.url;
    actors.push(databaseActor(postgres));
  }
  const separate = setup.database === 'postgres';
  let service: TestService | undefined;
  actors.push(
    new Actor('server', async () => {
      service = await TestService.start({ ...shared, ORATOR_WORKERS: String(separate ? 0 : WORKERS) });
      return programOf(service);
    }),
  );
  for (let k = 0; separate && k < WORKERS; k++) {
    const start = async () => programOf(await TestService.startWorker({ ...shared, ORATOR_WORKERS: '1' }));
    actors.push(new Actor('worker', start));
  }
  for (const actor of actors) {
    opening.defer(async () => {
      await actor.settled().catch(() => {});
      await actor.leave();
    });
    await actor.start();
  }
  const closing = opening.move();
  return {
    ...{ setup, data, actors, bucket },
    url: `http://127.0.0.1:${port}`,
    service: service!,
    keep: () => (kept = true),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** An S3 server of its own, which is not killed. */
async function openBucket(shared: Record<string, string>, data: string, opening: AsyncDisposableStack) {
  const directory = await mkdtemp(join(tmpdir(), 'orator-chaos-s3-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const configureBuckets = [{ name: BUCKET, configs: [] }];
  const s3rver = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await s3rver.run();
  opening.defer(() => s3rver.close());
  const endpoint = `http://127.0.0.1:${port}`;
  Object.assign(shared, {
    ...{ ORATOR_S3_BUCKET: BUCKET, ORATOR_S3_ENDPOINT: endpoint, ORATOR_S3_PATH_STYLE: 'true' },
    ...{ ORATOR_S3_ACCESS_KEY_ID: S3_KEY, ORATOR_S3_SECRET_ACCESS_KEY: S3_KEY },
  });
  const credentials = { accessKeyId: S3_KEY, secretAccessKey: S3_KEY };
  const options = { bucket: BUCKET, region: 'us-east-1', endpoint, forcePathStyle: true, credentials };
  return opening.use(new S3Storage({ ...options, spoolFolder: data }));
}
