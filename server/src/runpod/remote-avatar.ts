import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { extractAvatar } from '../avatars/avatar-archive.ts';
import type { AvatarFacts } from '../avatars/avatar-check.ts';
import { clearAway, makeFolder } from '../folder.ts';
import { finishAvatar, type TrainedAvatarRequest } from '../jobs/avatar-job.ts';
import type { JobProgress } from '../jobs/job.ts';
import { storageKeyOf } from '../jobs/job-input.ts';
import type { Claimed, Finished } from '../jobs/queue.ts';
import type { Run } from '../jobs/worker.ts';
import { parseAllowList } from '../net/address-guard.ts';
import { download } from '../net/download.ts';
import type { Values } from '../settings.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import { type ClientTimes, cancelAvatar, type RunPodSettings, requestAvatar } from './client.ts';
import type { AvatarAnswer } from './client-answer.ts';
import { RemoteBuilds } from './remote-builds.ts';

/** How long the endpoint may fetch the training video. Each try has a link of its own. */
export const SOURCE_SECONDS = 2 * 3600;
/** `/runsync` answers after so long with the job's id, which is kept before anything else happens; the result is then asked for. */
const WAIT_MS = 1000;
/** Two minutes of 1080p are some 6 GB of pictures. */
const TAR = { maxBytes: 16e9, totalSeconds: 3600, idleSeconds: 60 } as const;
/** How often cancelled jobs that nobody worked on are looked for. */
const FORGOTTEN_MS = 30_000;
/** Where an endpoint that can write into our own bucket puts its TARs; the janitor removes them once they are copied. */
const PREFIX = 'runpod/';

/** The endpoint that builds our avatars. */
export interface RemoteEndpoint {
  readonly endpointId: string;
  readonly apiKey: string;
  readonly baseUrl?: string;
  /** Avatars at a time, over all processes. */
  readonly concurrent: number;
  readonly times?: Partial<ClientTimes>;
}

/** What building there needs of the service. */
export interface RemoteTools {
  readonly database: Database;
  readonly storage: Storage;
  readonly scratch: string;
  readonly values: Values;
}

/** The endpoint of the settings; null where avatars are built here. @throws {OratorError} `request/invalid` when its key is missing */
export function readRemoteEndpoint(values: Values): RemoteEndpoint | null {
  const { ORATOR_RUNPOD_ENDPOINT_ID: endpointId, ORATOR_RUNPOD_API_KEY: apiKey } = values;
  if (!endpointId) return null;
  if (!apiKey) {
    throw new OratorError(
      'request/invalid',
      'ORATOR_RUNPOD_ENDPOINT_ID names an endpoint, and ORATOR_RUNPOD_API_KEY is missing. Set both or none.',
    );
  }
  return { endpointId, apiKey, baseUrl: values.ORATOR_RUNPOD_URL, concurrent: values.ORATOR_RUNPOD_CONCURRENT ?? 3 };
}

/**
 * How avatar jobs are done on a RunPod endpoint: what it makes is fetched, checked as if it came from a stranger, and stored as an avatar
 * that was built here. The endpoint's job is kept, so that whoever takes our job after a crash follows it.
 */
export function remoteRun(endpoint: RemoteEndpoint, tools: RemoteTools): Run {
  const builds = new RemoteBuilds(tools.database, endpoint.endpointId);
  return async (claimed, report, signal) => {
    const { row } = claimed;
    try {
      return await build(claimed, endpoint, builds, tools, report, signal);
    } catch (thrown) {
      const remote = await builds.openOf(row.id);
      if (remote && signal.aborted && (await builds.isCancelled(row.id))) await stop(remote, endpoint, builds);
      else if (remote && !signal.aborted && OVER.has(OratorError.from(thrown).code)) await builds.close(remote);
      throw thrown;
    }
  };
}

/** Now and then cancels what runs on the endpoint for jobs that were cancelled while nobody worked on them, until it is disposed. */
export function openForgotten(
  endpoint: RemoteEndpoint,
  database: Database,
  onError: (error: unknown) => void,
): Disposable {
  const builds = new RemoteBuilds(database, endpoint.endpointId);
  const look = async () => {
    for (const remote of await builds.forgotten()) await stop(remote, endpoint, builds);
  };
  const timer = setInterval(() => void look().catch(onError), FORGOTTEN_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function stop(remote: string, endpoint: RemoteEndpoint, builds: RemoteBuilds): Promise<void> {
  await cancelAvatar(remote, endpoint);
  await builds.close(remote);
}

/** After these nothing comes of the endpoint's job; after all else, such as a full disk here, its result can still be fetched. */
const OVER: ReadonlySet<ErrorCode> = new Set([
  'runpod/failed',
  'runpod/timed-out',
  'cancelled',
  'video/too-short',
  'video/too-long',
  'video/unsupported',
  'face/not-found',
  'face/several',
  'engine/unavailable',
  'request/invalid',
]);

async function build(
  claimed: Claimed,
  endpoint: RemoteEndpoint,
  builds: RemoteBuilds,
  { database, storage, scratch, values }: RemoteTools,
  report: (progress: JobProgress) => void,
  signal: AbortSignal,
): Promise<Finished> {
  const { row } = claimed;
  const { video, model, faceSize } = row.request as unknown as TrainedAvatarRequest;
  const source = await storageKeyOf(database, row.owner, video);
  const settings: RunPodSettings = {
    ...endpoint,
    waitMs: WAIT_MS,
    jobId: await builds.openOf(row.id),
    onJob: (job) => builds.keep(row.id, job),
    onProgress: (value) => {
      const progress = progressOf(value);
      if (progress) report(progress);
    },
    leavesJob: true,
  };
  report({ stage: 'waiting' });
  const order = {
    videoUrl: await storage.downloadLink(source, { seconds: SOURCE_SECONDS }),
    avatarId: row.id,
    model,
    faceSize,
    ...bucketOf(values, row.owner),
  };
  const { uploadUrl } = resultOf(await requestAvatar(order, settings, signal));
  report({ stage: 'fetching' });
  const folder = join(scratch, `${row.id}-${row.attempt}`);
  await makeFolder(folder);
  try {
    const avatar = join(folder, 'avatar');
    const facts = await fetchAvatar(uploadUrl, join(folder, 'avatar.tar'), avatar, values, signal);
    if (facts.model !== model || facts.faceSize !== faceSize) {
      throw new OratorError(
        'engine/unavailable',
        `The endpoint made faces of ${facts.faceSize} pixels for ${facts.model}, not of ${faceSize} for ${model}. Renew its worker.`,
      );
    }
    return await finishAvatar(claimed, avatar, facts, { storage }, signal);
  } finally {
    await clearAway(folder);
  }
}

/** Fetches and checks what the endpoint made. A link that leads nowhere, or to what is no avatar, means that it has to be made again. */
async function fetchAvatar(
  url: string,
  tar: string,
  folder: string,
  values: Values,
  signal: AbortSignal,
): Promise<AvatarFacts> {
  const guard = { allow: parseAllowList(values.ORATOR_ALLOW_ADDRESSES ?? []) };
  try {
    await download(url, tar, TAR, guard, signal);
    return await extractAvatar(createReadStream(tar), folder, signal);
  } catch (thrown) {
    const { code, message } = OratorError.from(thrown);
    if (signal.aborted || !BROKEN.has(code)) throw thrown;
    throw new OratorError('runpod/failed', `What the endpoint made cannot be fetched: ${message}`, { cause: thrown });
  }
}

const BROKEN: ReadonlySet<ErrorCode> = new Set([
  'avatar/invalid',
  'source/refused',
  'source/expired',
  'source/too-large',
]);

/** Our bucket, where files are in S3; otherwise the endpoint has one of its own. */
function bucketOf({ ORATOR_S3_BUCKET: s3Bucket, ORATOR_S3_PREFIX: ours = '' }: Values, owner: string) {
  if (!s3Bucket) return {};
  const before = ours.replace(/^\/+|\/+$/g, '');
  return { s3Bucket, s3Prefix: `${before && `${before}/`}${PREFIX}${owner}` };
}

const progress = z.object({ stage: z.string().max(100), percent: z.number().min(0).max(100).optional() });

/** How far the worker says it is; ours says it so, others may say anything. */
function progressOf(value: unknown): JobProgress | null {
  const { success, data } = progress.safeParse(value);
  if (!success) return null;
  return { stage: data.stage, ...(data.percent === undefined ? {} : { share: data.percent / 100 }) };
}

/** What the messages of the contract mean; the rest may pass. */
const CAUSES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^Video too short, minimum /, 'video/too-short'],
  [/^Video too long, maximum /, 'video/too-long'],
  [/^Unsupported video format: /, 'video/unsupported'],
  [/^No face detected in video$/, 'face/not-found'],
  [/^Multiple faces detected, /, 'face/several'],
  [/^Processing timed out after /, 'runpod/timed-out'],
  [/^Unsupported model: /, 'engine/unavailable'],
  [/^Invalid input: /, 'request/invalid'],
];

/** @throws {OratorError} with the worker's message word for word, and a code that says whether another try can help */
function resultOf(answer: AvatarAnswer): Extract<AvatarAnswer, { status: 'success' }> {
  if (answer.status === 'success') return answer;
  const [, code = 'runpod/failed' as const] = CAUSES.find(([pattern]) => pattern.test(answer.error)) ?? [];
  throw new OratorError(code, answer.error);
}
