import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RenderRequest } from '@orator/core/produce/request';
import type { AvatarFacts } from '../avatars/avatar-check.ts';
import { storeAvatar } from '../avatars/stored-avatar.ts';
import { clearAway, makeFolder } from '../folder.ts';
import { fetchInput } from './job-input.ts';
import type { Claimed, Finished } from './queue.ts';
import { type JobTools, removeEarlier } from './video-job.ts';

/** An avatar from a training video, as the job keeps it. */
export interface TrainedAvatarRequest {
  readonly model: 'wav2lip';
  readonly name: string;
  /** The asset that holds the training video. */
  readonly video: string;
  readonly faceSize: 96 | 256;
}

/** An avatar that was asked for, as the job keeps it: from a training video, or from a photo. */
export type AvatarRequest =
  | TrainedAvatarRequest
  | {
      readonly model: 'portrait';
      readonly name: string;
      /** The asset that holds the photo. */
      readonly image: string;
      readonly face: RenderRequest['face'];
    };

const keyOf = (job: string, attempt: number) => `avatars/${job}/${attempt}.tar`;

/** Makes the avatar of a job and puts its TAR into the storage. What it gives is published by whoever still holds the job. */
export async function makeAvatar(claimed: Claimed, tools: JobTools, signal: AbortSignal): Promise<Finished> {
  const { row } = claimed;
  const { storage } = tools;
  const request = row.request as unknown as AvatarRequest;
  await removeEarlier(storage, row.attempt, (attempt) => keyOf(row.id, attempt));
  const work = join(tools.scratch, `${row.id}-${row.attempt}`);
  await makeFolder(work);
  try {
    const source = join(work, 'source');
    const [input, kind] =
      request.model === 'wav2lip' ? ([request.video, 'video'] as const) : ([request.image, 'image'] as const);
    await fetchInput(input, { path: source, kind, owner: row.owner }, tools, signal);
    const folder = join(work, 'avatar');
    return await finishAvatar(claimed, folder, await build(claimed, source, folder, tools, signal), tools, signal);
  } finally {
    await clearAway(work);
  }
}

/** Puts a finished avatar's TAR into the storage, wherever it was built. */
export async function finishAvatar(
  { row }: Claimed,
  folder: string,
  facts: AvatarFacts,
  { storage }: Pick<JobTools, 'storage'>,
  signal: AbortSignal,
): Promise<Finished> {
  const { name } = row.request as unknown as AvatarRequest;
  const { id: jobId, owner, attempt } = row;
  const key = keyOf(jobId, attempt);
  const finished = { id: randomUUID(), owner, name, folder, key, facts, jobId };
  return {
    outcome: 'success',
    result: { avatar: facts },
    discard: () => storage.remove(key),
    ...(await storeAvatar(storage, finished, signal)),
  };
}

async function build(
  { row }: Claimed,
  source: string,
  folder: string,
  { clips, report }: JobTools,
  signal: AbortSignal,
): Promise<AvatarFacts> {
  const request = row.request as unknown as AvatarRequest;
  if (request.model === 'portrait') {
    report({ stage: 'prepare' });
    const { width, height } = await clips.prepare(
      { image: source, face: request.face, folder },
      row.correlation_id,
      signal,
    );
    return { model: 'portrait', frames: 1, width, height, faceSize: null };
  }
  const { model, faceSize } = request;
  const { frames, width, height } = await clips.build(
    { video: { path: source }, folder, options: { model, faceSize } },
    row.correlation_id,
    (event) => event.type === 'progress' && report({ stage: event.stage, share: event.percent / 100 }),
    signal,
  );
  return { model, faceSize, frames, width, height };
}
