import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packAvatar } from '../avatars/avatar-archive.ts';
import type { AvatarFacts } from '../avatars/avatar-check.ts';
import { makeFolder } from '../folder.ts';
import type { Claimed, Finished } from './queue.ts';
import { type JobTools, removeEarlier, storageKeyOf } from './video-job.ts';

/** An avatar that was asked for, as the job keeps it. */
export interface AvatarRequest {
  /** The asset that holds the training video. */
  readonly video: string;
  readonly name: string;
  readonly model: 'wav2lip';
  readonly faceSize: 96 | 256;
}

const keyOf = (job: string, attempt: number) => `avatars/${job}/${attempt}.tar`;

/** Builds the avatar of a job and puts its TAR into the storage, streamed. Avatars are kept until somebody deletes them. */
export async function makeAvatar(claimed: Claimed, tools: JobTools, signal: AbortSignal): Promise<Finished> {
  const { row } = claimed;
  const { storage, clips, report } = tools;
  const { video, model, faceSize } = row.request as unknown as AvatarRequest;
  await removeEarlier(storage, row.attempt, (attempt) => keyOf(row.id, attempt));
  const work = join(tools.scratch, `${row.id}-${row.attempt}`);
  await makeFolder(work);
  try {
    const path = join(work, 'video');
    await storage.fetchFile(await storageKeyOf(tools.database, row.owner, video), path, signal);
    const folder = join(work, 'avatar');
    const order = { video: { path }, folder, options: { model, faceSize } } as const;
    const built = await clips.build(
      order,
      row.correlation_id,
      (event) => event.type === 'progress' && report({ stage: event.stage, share: event.percent / 100 }),
      signal,
    );
    const { frames, width, height } = built;
    return await finishAvatar(claimed, folder, { model, faceSize, frames, width, height }, tools, signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Puts a finished avatar's TAR into the storage, streamed, wherever it was built. */
export async function finishAvatar(
  { row }: Claimed,
  folder: string,
  avatar: AvatarFacts,
  { storage }: Pick<JobTools, 'storage'>,
  signal: AbortSignal,
): Promise<Finished> {
  const { name } = row.request as unknown as AvatarRequest;
  const key = keyOf(row.id, row.attempt);
  const { bytes, sha256 } = await storage.put(key, await packAvatar(folder), { type: 'application/x-tar', signal });
  return {
    outcome: 'success',
    result: { avatar },
    discard: () => storage.remove(key),
    asset: {
      id: randomUUID(),
      owner: row.owner,
      kind: 'avatar',
      storage_key: key,
      name: `${name}.tar`,
      type: 'application/x-tar',
      bytes,
      sha256,
      expires_at: null,
    },
  };
}
