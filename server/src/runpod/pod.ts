import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Logger } from 'pino';
import { packAvatar } from '../avatars/avatar-archive.ts';
import { uploadFailedMessage } from '../avatars/refusals.ts';
import type { Config } from '../config.ts';
import { clearAway } from '../folder.ts';
import { ClipPool } from '../jobs/clip-pool.ts';
import { parseAllowList } from '../net/address-guard.ts';
import { download } from '../net/download.ts';
import { openScratch } from '../service/scratch.ts';
import { s3ReasonOf } from '../storage/s3-failure.ts';
import { S3Storage } from '../storage/s3-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { avatarHandler, avatarKey, type BuildAvatar } from './avatar-job.ts';
import { type LoopReports, runWorker } from './worker-loop.ts';
import type { WorkerPlace } from './worker-protocol.ts';

/** A training video of two minutes is well below this. */
const VIDEO_BYTES = 2e9;
const DOWNLOAD = { maxBytes: VIDEO_BYTES, totalSeconds: 600, idleSeconds: 30 } as const;
/** How long the caller may fetch the avatar: the most that a signed link can last. */
const LINK_SECONDS = 7 * 86_400;
/** The same trouble is not told again for so long. */
const QUIET_MS = 60_000;

/** Works on avatar jobs of a RunPod endpoint until `draining` fires or the platform recycles the pod. */
export async function runPod(config: Config, place: WorkerPlace, log: Logger, draining: AbortSignal): Promise<void> {
  await using clips = new ClipPool(config);
  await using scratch = await openScratch(config.data);
  const concurrency = config.values.ORATOR_WORKERS ?? 1;
  clips.warm(concurrency);
  const open = (bucket: string | undefined) => openBucket(config, bucket, scratch.path);
  await runWorker(
    {
      place,
      handler: avatarHandler(builder(config, clips, scratch.path, open)),
      concurrency,
      reports: reportsTo(log),
    },
    draining,
  );
}

/** Writes what a worker does into the log. A trouble that goes on is told again after a minute, not with every try. */
export function reportsTo(log: Logger, now = Date.now): LoopReports {
  const toldAt = new Map<string, number>();
  return {
    started: (job) => log.info({ correlation_id: job }, 'job started'),
    ended: (job, outcome) => log.info({ correlation_id: job, outcome }, 'job ended'),
    lost: (job, why) => log.error({ correlation_id: job, why }, 'result lost'),
    troubled: (what, err) => {
      const at = now();
      for (const [words, told] of toldAt) if (at - told >= QUIET_MS) toldAt.delete(words);
      const words = `${what}: ${err instanceof Error ? err.message : String(err)}`;
      if (toldAt.has(words)) return;
      toldAt.set(words, at);
      log.warn({ what, err }, 'worker trouble');
    },
  };
}

/** Where finished avatars are put. */
export interface AvatarStore extends AsyncDisposable {
  readonly storage: Storage;
  /** Put before the key that the order asks for. */
  readonly prefix: string;
}

/** Downloads the training video, builds the avatar, and streams its TAR into the store. The same order again overwrites it. */
export function builder(
  { values }: Config,
  clips: ClipPool,
  scratch: string,
  open: (bucket: string | undefined) => AvatarStore,
): BuildAvatar {
  const guard = { allow: parseAllowList(values.ORATOR_ALLOW_ADDRESSES ?? []) };
  return async (input, progress, signal) => {
    await using store = open(input.s3_bucket ?? values.ORATOR_S3_BUCKET);
    const id = randomUUID();
    const folder = join(scratch, id);
    await mkdir(folder);
    try {
      const fetched = await download(input.video_url, join(folder, 'video'), DOWNLOAD, guard, signal);
      const avatar = join(folder, 'avatar');
      const order = {
        video: { path: fetched.path, name: fetched.name, contentType: fetched.type },
        folder: avatar,
        options: { faceSize: input.face_size ?? 96 },
      };
      const { frames } = await clips.build(
        order,
        id,
        (event) => event.type === 'progress' && progress({ stage: event.stage, percent: event.percent }),
        signal,
      );
      const { storage, prefix } = store;
      const key = prefix + avatarKey(input);
      try {
        await storage.put(key, await packAvatar(avatar), { type: 'application/x-tar', signal });
        const uploadUrl = await storage.downloadLink(key, { seconds: LINK_SECONDS });
        return { numFrames: frames, uploadUrl };
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const reason = s3ReasonOf(thrown) ?? OratorError.from(thrown).message;
        throw new OratorError('storage/failed', uploadFailedMessage(reason), { cause: thrown });
      }
    } finally {
      await clearAway(folder);
    }
  };
}

/** A bucket with the credentials of the settings. @throws {OratorError} `storage/failed` when none is named */
export function openBucket({ values }: Config, bucket: string | undefined, spoolFolder: string): AvatarStore {
  if (!bucket) throw new OratorError('storage/failed', uploadFailedMessage('missing S3 bucket'));
  const { ORATOR_S3_ACCESS_KEY_ID: accessKeyId, ORATOR_S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  const storage = new S3Storage({
    bucket,
    region: values.ORATOR_S3_REGION ?? 'us-east-1',
    endpoint: values.ORATOR_S3_ENDPOINT,
    forcePathStyle: values.ORATOR_S3_PATH_STYLE,
    spoolFolder,
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, sessionToken: values.ORATOR_S3_SESSION_TOKEN } }
      : {}),
  });
  return { storage, prefix: '', [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}
