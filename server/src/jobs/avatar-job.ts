import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packAvatar } from '../avatars/avatar-archive.ts';
import { makeFolder } from '../folder.ts';
import { fetchInput } from './job-input.ts';
import type { Claimed, Finished } from './queue.ts';
import type { JobTools } from './video-job.ts';

/** An avatar that was asked for, as the job keeps it. */
export interface AvatarRequest {
  /** The training video: an asset or an address. */
  readonly video: string;
  readonly name: string;
  readonly model: 'wav2lip';
  readonly faceSize: 96 | 256;
}

/** Builds the avatar of a job and puts its TAR into the storage, streamed. Avatars are kept until somebody deletes them. */
export async function makeAvatar(claimed: Claimed, tools: JobTools, signal: AbortSignal): Promise<Finished> {
  const { row } = claimed;
  const { storage, clips, report } = tools;
  const { video, name, model, faceSize } = row.request as unknown as AvatarRequest;
  const work = join(tools.scratch, `${row.id}-${row.attempt}`);
  await makeFolder(work);
  try {
    const path = join(work, 'video');
    await fetchInput(video, { path, kind: 'video', owner: row.owner }, tools, signal);
    const folder = join(work, 'avatar');
    const order = { video: { path }, folder, options: { model, faceSize } } as const;
    const built = await clips.build(
      order,
      (event) => event.type === 'progress' && report({ stage: event.stage, share: event.percent / 100 }),
      signal,
    );
    const key = `avatars/${row.id}/${row.attempt}.tar`;
    const { bytes, sha256 } = await storage.put(key, await packAvatar(folder), { type: 'application/x-tar', signal });
    const { frames, width, height } = built;
    return {
      outcome: 'success',
      result: { avatar: { model, faceSize, frames, width, height } },
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
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
