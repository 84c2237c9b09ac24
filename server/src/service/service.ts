import { Keys } from '../api/keys.ts';
import { LocalKey } from '../api/local-key.ts';
import { SignIns } from '../api/sign-ins.ts';
import { Tickets } from '../api/tickets.ts';
import { AvatarShelf } from '../avatars/avatar-shelf.ts';
import type { Config } from '../config.ts';
import { makeFolder } from '../folder.ts';
import { KINDS } from '../job-kinds.ts';
import { Bell, type Ring } from '../jobs/bell.ts';
import { ClipPool } from '../jobs/clip-pool.ts';
import { openJanitor } from '../jobs/janitor.ts';
import { Limits } from '../jobs/limits.ts';
import { JobQueue } from '../jobs/queue.ts';
import { deliverWebhooks } from '../jobs/webhooks.ts';
import { work } from '../jobs/worker.ts';
import { WorkerRecord } from '../jobs/worker-record.ts';
import { ffmpegFinder } from '../media/ffmpeg.ts';
import { ModelStore } from '../model-store/model-store.ts';
import { Pulls } from '../model-store/pulls.ts';
import { parseAllowList } from '../net/address-guard.ts';
import type { Guard } from '../net/guarded-request.ts';
import { PushDoor } from '../push/push-door.ts';
import { openForgotten, readRemoteEndpoint } from '../runpod/remote-avatar.ts';
import { DiskStorage } from '../storage/disk-storage.ts';
import { S3Storage } from '../storage/s3-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { markStorage, requireMark } from '../storage/storage-mark.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { LiveStudio } from '../stream/live-studio.ts';
import { Sessions } from '../stream/sessions.ts';
import { PreviewDesk } from '../studio/preview-desk.ts';
import { Intake } from '../uploads/intake.ts';
import { ResumableUploads } from '../uploads/resumable-uploads.ts';
import type { IceOptions } from '../webrtc/peer.ts';
import { RtcDoor } from '../webrtc/rtc-door.ts';
import { crewsOf } from './crews.ts';
import { EngineWarmth } from './engine-warmth.ts';
import { Figures } from './figures.ts';
import { ableKinds } from './kinds.ts';
import { type Log, openLog } from './log.ts';
import { processName } from './process-name.ts';
import { openScratch } from './scratch.ts';
import { reportsTo } from './worker-reports.ts';

/** Everything that the doors share: opened once, closed in the opposite order. */
export interface Service extends AsyncDisposable {
  readonly config: Config;
  readonly log: Log;
  readonly database: Database;
  readonly storage: Storage;
  readonly intake: Intake;
  readonly uploads: ResumableUploads;
  /** How addresses that users name are kept harmless. */
  readonly guard: Guard;
  readonly queue: JobQueue;
  readonly bell: Bell;
  readonly keys: Keys;
  readonly tickets: Tickets;
  readonly signIns: SignIns;
  /** For programs of the same user on this machine, as long as this process lives. */
  readonly localKey: LocalKey;
  readonly limits: Limits;
  readonly figures: Figures;
  readonly clips: ClipPool;
  /** Whether the first clip waits for nothing. */
  readonly engine: EngineWarmth;
  readonly avatars: AvatarShelf;
  readonly live: LiveStudio;
  /** Speech and motion for who draws the first seconds of a video for himself. */
  readonly previews: PreviewDesk;
  /** The weights of this machine. */
  readonly models: ModelStore;
  readonly pulls: Pulls;
  /** The WebRTC connections of live sessions. */
  readonly rtc: RtcDoor;
  /** Live sessions on their way to streaming servers. */
  readonly pushes: PushDoor;
  /** Whether callers need a key. */
  readonly needsKey: boolean;
  readonly startedAt: Date;
  /** Whether it is leaving: it takes no new work. */
  readonly draining: AbortSignal;
  /** Begins to leave: work at hand is handed back. Resolves when it is. */
  drain(): Promise<void>;
}

/** Whether a host is this machine and nobody else. */
export const isLoopback = (host: string) => /^(?:localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(host);

/**
 * Opens all parts and starts as many workers as the settings say. `baseUrl` is where links lead; `isWorker`: it works for a service elsewhere.
 * @throws {OratorError} `storage/elsewhere` for a worker whose files would not be the service's.
 */
export async function openService(config: Config, baseUrl: string, isWorker = false): Promise<Service> {
  const { data, values } = config;
  await using opening = new AsyncDisposableStack();
  await makeFolder(data);
  const log = await openLog(config);
  const bell = new Bell();
  const database = opening.use(
    await openDatabase({
      data,
      url: values.ORATOR_DATABASE_URL,
      onError: (err) => log('database').warn({ err }, 'database trouble'),
      onAnnouncement: (message) => hear(bell, message),
      onLost: () => leaveAtOnce(data),
    }),
  );
  const { path: scratch } = opening.use(await openScratch(data));
  const storage = opening.use(await openStorage(config, baseUrl, scratch));
  if (isWorker) await requireMark(database, storage);
  else await markStorage(database, storage).catch((err: unknown) => log('storage').warn({ err }, 'storage trouble'));
  const queue = new JobQueue(database, bell);
  await queue.open(KINDS);
  const guard = { allow: parseAllowList(values.ORATOR_ALLOW_ADDRESSES ?? []) };
  const keepDays = values.ORATOR_KEEP_DAYS ?? 30;
  const ffmpeg = ffmpegFinder(config);
  const intake = new Intake({
    database,
    storage,
    scratch,
    ffmpeg,
    guard,
    mostMegabytes: values.ORATOR_UPLOAD_MB ?? 50,
    downloadSeconds: values.ORATOR_DOWNLOAD_SECONDS ?? 300,
    keepDays,
  });
  const uploads = new ResumableUploads(database, storage, intake, {
    perOwner: values.ORATOR_OPEN_UPLOADS_PER_KEY ?? 20,
    bytesPerOwner: (values.ORATOR_OPEN_UPLOADS_MB_PER_KEY ?? 1000) * 1e6,
    inAll: values.ORATOR_OPEN_UPLOADS ?? 1000,
    bytesInAll: (values.ORATOR_OPEN_UPLOADS_MB ?? 20_000) * 1e6,
  });
  opening.use(
    openJanitor(database, storage, uploads, { jobDays: values.ORATOR_KEEP_JOBS_DAYS ?? 90 }, (err) =>
      log('storage').warn({ err }, 'clean-up trouble'),
    ),
  );
  opening.use(await deliverWebhooks(database, guard));
  const clips = opening.use(new ClipPool(config));
  const sessions = new Sessions(values.ORATOR_MAX_SESSIONS ?? 8);
  const live = opening.use(new LiveStudio(sessions, { config, ffmpeg, clips, storage, database, scratch }));
  const rtc = opening.use(new RtcDoor({ ice: iceOptions(config), ffmpeg }));
  const pushes = opening.use(new PushDoor(rtc, guard));
  const models = new ModelStore(config.models);
  const pulls = opening.use(new Pulls(models, guard));
  const figures = new Figures();
  const leaving = new AbortController();
  const workers = values.ORATOR_WORKERS ?? 1;
  clips.warm(workers);
  live.warm();
  const limits = new Limits(database, config);
  const remote = readRemoteEndpoint(values);
  if (remote) opening.use(openForgotten(remote, database, (err) => log('endpoint').warn({ err }, 'endpoint trouble')));
  const tools = { database, limits, storage, intake, clips, scratch, keepDays };
  const crews = crewsOf(config, tools, remote);
  const name = processName();
  const kinds = crews.flatMap(({ runs }) => Object.keys(runs));
  const trouble = (err: unknown) => log('jobs').warn({ err }, 'worker trouble');
  const able = (some: readonly string[]) => ableKinds(some, config);
  const record =
    kinds.length > 0 ? opening.use(new WorkerRecord(database, name, () => able(kinds), trouble)) : undefined;
  const perOwner = values.ORATOR_JOBS_PER_KEY ?? 4;
  const working = crews.flatMap(({ members, runs, most }, k) =>
    Array.from({ length: members }, (_, n) => {
      const reports = reportsTo(log('jobs'), figures, record!);
      return work({ queue, bell, name: `${name}:${k}.${n}`, runs, able, perOwner, most, reports }, leaving.signal);
    }),
  );
  const keys = new Keys(database);
  const avatars = new AvatarShelf({ ...tools, mostBytes: (values.ORATOR_AVATAR_MB ?? 4000) * 1e6 });
  const drain = async () => {
    leaving.abort();
    await Promise.all(working);
  };
  opening.defer(drain);
  const closing = opening.move();
  return {
    config,
    log,
    database,
    storage,
    guard,
    intake,
    uploads,
    queue,
    bell,
    keys,
    tickets: new Tickets(database, keys),
    signIns: new SignIns(database, keys),
    previews: new PreviewDesk({ database, storage, intake, ffmpeg, scratch }),
    localKey: new LocalKey(),
    limits,
    figures,
    clips,
    engine: new EngineWarmth(clips, workers > 0, log('engine')),
    avatars,
    live,
    models,
    pulls,
    rtc,
    pushes,
    needsKey: (values.ORATOR_AUTH ?? (isLoopback(values.ORATOR_HOST ?? '127.0.0.1') ? 'none' : 'keys')) === 'keys',
    startedAt: new Date(),
    draining: leaving.signal,
    drain,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** How WebRTC peers find us. */
const iceOptions = ({ values }: Config): IceOptions => ({
  servers: values.ORATOR_ICE_SERVERS ?? [],
  ports: values.ORATOR_UDP_PORTS,
  tcp: values.ORATOR_ICE_TCP ?? false,
  addresses: values.ORATOR_ICE_ADDRESS ?? [],
  loopback: isLoopback(values.ORATOR_HOST ?? '127.0.0.1'),
});

/** The database has another opener: each further write would harm both. What is lost is what a crash loses. */
function leaveAtOnce(data: string): never {
  process.stderr.write(`Another machine took the data folder ${data} while this process slept. It ends at once.\n`);
  process.exit(1);
}

/** Another process rang. */
function hear(bell: Bell, message: string): void {
  try {
    bell.ring(JSON.parse(message) as Ring);
  } catch {
    // not ours
  }
}

async function openStorage({ data, values }: Config, baseUrl: string, spoolFolder: string): Promise<Storage> {
  const bucket = values.ORATOR_S3_BUCKET;
  if (!bucket) return DiskStorage.open({ folder: data, baseUrl });
  const { ORATOR_S3_ACCESS_KEY_ID: accessKeyId, ORATOR_S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  return new S3Storage({
    bucket,
    region: values.ORATOR_S3_REGION ?? 'us-east-1',
    endpoint: values.ORATOR_S3_ENDPOINT,
    forcePathStyle: values.ORATOR_S3_PATH_STYLE,
    prefix: values.ORATOR_S3_PREFIX,
    spoolFolder,
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, sessionToken: values.ORATOR_S3_SESSION_TOKEN } }
      : {}),
  });
}
