import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { parseRequest } from '@orator/core/produce/request';
import { fetchPortrait } from '../avatars/stored-avatar.ts';
import { clearAway, makeFolder } from '../folder.ts';
import { expiryAfter } from '../storage/expiry.ts';
import type { Storage } from '../storage/storage.ts';
import type { Fallback } from '../studio/engines.ts';
import type { ClipPool, ClipProgress } from './clip-pool.ts';
import type { JobProgress } from './job.ts';
import { fetchInput, type InputTools, storageKeyOf } from './job-input.ts';
import type { Limits } from './limits.ts';
import type { Claimed, Finished } from './queue.ts';

/** What a job of one kind needs, and who is told how far it is. */
export interface JobTools extends InputTools {
  readonly clips: ClipPool;
  readonly limits: Limits;
  /** A folder for what the job writes while it runs. */
  readonly scratch: string;
  /** After how long what it makes is removed; 0 = never. */
  readonly keepDays: number;
  readonly report: (progress: JobProgress) => void;
}

/**
 * A video that was asked for, as the job keeps it; it has a picture, an avatar or a video. Its inputs are assets or addresses, which may be
 * secret: nobody is told them.
 */
export interface VideoOrder {
  readonly image?: string;
  readonly avatar?: string;
  readonly video?: string;
  readonly audio?: string;
  readonly fallback: Fallback;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Makes the video of a job and puts it into the storage. What it gives is published by whoever still holds the job. */
export async function makeVideo(claimed: Claimed, tools: JobTools, signal: AbortSignal): Promise<Finished> {
  const { row } = claimed;
  const { storage, clips, keepDays, limits } = tools;
  const order = row.request as unknown as VideoOrder;
  const asked = parseRequest(order.options);
  const left = await limits.requireSeconds(row.owner); // jobs that waited may have used them up
  const request = left < (asked.maxDuration || Number.POSITIVE_INFINITY) ? { ...asked, maxDuration: left } : asked;
  const keyOf = (attempt: number) => `clips/${row.id}/${attempt}.mp4`;
  await removeEarlier(storage, row.attempt, keyOf);
  const folder = join(tools.scratch, `${row.id}-${row.attempt}`);
  await makeFolder(folder);
  try {
    const fetch = async (input: string, kind: 'image' | 'audio' | 'video') => {
      const path = join(folder, kind);
      await fetchInput(input, { path, kind, owner: row.owner }, tools, signal);
      return path;
    };
    const fetchSubject = async () => {
      if (order.video !== undefined) return { video: await fetch(order.video, 'video') };
      if (order.avatar === undefined) return { image: await fetch(order.image!, 'image') };
      const key = await storageKeyOf(tools.database, row.owner, order.avatar);
      return fetchPortrait(storage, key, join(folder, 'avatar'), signal);
    };
    const subject = await fetchSubject(); // one after the other: when one fails, none still writes
    const audio = order.audio === undefined ? undefined : await fetch(order.audio, 'audio');
    const output = join(folder, 'clip.mp4');
    const progress = new ProgressReader(tools.report);
    const making = clips.make(
      { request, ...subject, audio, output, fallback: order.fallback },
      row.correlation_id,
      progress,
      signal,
    );
    const receipt = await making.catch((thrown: unknown) => {
      throw request === asked ? thrown : beyondLimit(thrown, left);
    });
    const id = randomUUID();
    const key = keyOf(row.attempt);
    const { bytes, sha256 } = await storage.putFile(key, output, { type: 'video/mp4', signal });
    return {
      outcome: receipt.outcome,
      result: { receipt },
      seconds: receipt.clip.seconds,
      discard: () => storage.remove(key),
      asset: {
        id,
        owner: row.owner,
        kind: 'clip',
        storage_key: key,
        name: `${row.id}.mp4`,
        type: 'video/mp4',
        bytes,
        sha256,
        expires_at: expiryAfter(keepDays),
      },
    };
  } finally {
    await clearAway(folder);
  }
}

/** A clip that is too long for what its key may still make; other failures are as they are. */
function beyondLimit(thrown: unknown, left: number): unknown {
  if (!(thrown instanceof OratorError && thrown.code === 'audio/too-long')) return thrown;
  const rest = Math.floor(left * 10) / 10;
  return new OratorError(
    'audio/too-long',
    `The video would be longer than the ${rest} s that this key may still make in 24 hours. Shorten it, or try again later.`,
    { cause: thrown },
  );
}

/**
 * Removes what earlier attempts put into the storage before their workers were lost. They are fenced off, so none of it was or will
 * be published.
 */
export async function removeEarlier(
  storage: Storage,
  attempt: number,
  keyOf: (attempt: number) => string,
): Promise<void> {
  for (let earlier = 1; earlier < attempt; earlier++) await storage.remove(keyOf(earlier));
}

/** Turns a clip's events into progress with a rate and the time left. */
class ProgressReader {
  readonly #report: (progress: JobProgress) => void;
  #expected: number | undefined;
  #rate = 0;
  #started = 0;

  constructor(report: (progress: JobProgress) => void) {
    this.#report = report;
  }

  stage(words: string): void {
    this.#report({ stage: words });
  }

  event(event: Parameters<ClipProgress['event']>[0]): void {
    if (event.type === 'started') {
      this.#expected = event.expectedSeconds;
      this.#rate = event.fps;
      this.#started = performance.now();
      this.#report({ stage: 'frames', frames: 0, share: 0 });
    } else if (event.type === 'progress') {
      const elapsed = (performance.now() - this.#started) / 1000;
      const fps = elapsed > 0 ? event.frames / elapsed : 0;
      const frames = this.#expected === undefined ? undefined : this.#expected * this.#rate;
      this.#report({
        stage: 'frames',
        frames: event.frames,
        fps: Math.round(fps * 10) / 10,
        ...(frames
          ? {
              share: Math.min(1, Math.round((event.frames / frames) * 1000) / 1000),
              etaSeconds: fps > 0 ? Math.max(0, Math.round((frames - event.frames) / fps)) : undefined,
            }
          : {}),
      });
    }
  }
}
