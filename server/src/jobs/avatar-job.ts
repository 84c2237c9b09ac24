import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderRequest } from '@orator/core/produce/request';
import type { AvatarFacts } from '../avatars/avatar-check.ts';
import { storeAvatar } from '../avatars/stored-avatar.ts';
import { makeFolder } from '../folder.ts';
import type { Claimed, Finished } from './queue.ts';
import { type JobTools, storageKeyOf } from './video-job.ts';

/** An avatar that was asked for, as the job keeps it: from a training video, or from a photo. */
export type AvatarRequest =
  | {
      readonly model: 'wav2lip';
      readonly name: string;
      /** The asset that holds the training video. */
      readonly video: string;
      readonly faceSize: 96 | 256;
    }
  | {
      readonly model: 'portrait';
      readonly name: string;
      /** The asset that holds the photo. */
      readonly image: string;
      readonly face: RenderRequest['face'];
    };

/** Makes the avatar of a job and puts its TAR into the storage. What it gives is published by whoever still holds the job. */
export async function makeAvatar(claimed: Claimed, tools: JobTools, signal: AbortSignal): Promise<Finished> {
  const { row } = claimed;
  const { storage } = tools;
  const request = row.request as unknown as AvatarRequest;
  const work = join(tools.scratch, `${row.id}-${row.attempt}`);
  await makeFolder(work);
  try {
    const source = join(work, 'source');
    const asset = request.model === 'wav2lip' ? request.video : request.image;
    await storage.fetchFile(await storageKeyOf(tools.database, row.owner, asset), source, signal);
    const folder = join(work, 'avatar');
    const facts = await build(claimed, source, folder, tools, signal);
    const key = `avatars/${row.id}/${row.attempt}.tar`;
    const { owner } = row;
    const finished = { id: randomUUID(), owner, name: request.name, folder, key, facts, jobId: row.id };
    return {
      outcome: 'success',
      result: { avatar: facts },
      discard: () => storage.remove(key),
      ...(await storeAvatar(storage, finished, signal)),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
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
