import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { FEATURE_RATE } from '@orator/core/speech/visemes/features';
import { openFrames, readSound } from '../../server/src/inspect/decode.ts';
import type { Ffmpeg } from '../../server/src/media/ffmpeg.ts';
import { SHORT_FPS } from '../short-jobs.ts';

/** The sound of a clip may be longer by what its codec adds to fill its last packets, in seconds. */
const SOUND_SLACK = 0.15;

/** What is wrong with a clip that should last so long; null when it can be played to its end. `path` is where it may be written. */
export async function faultOfClip(
  bytes: Uint8Array,
  asked: { readonly seconds: number; readonly sha256: string },
  path: string,
  ffmpeg: Ffmpeg,
): Promise<string | null> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== asked.sha256) return 'its bytes are not those that were published';
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== 'ftyp') return 'it is no MP4';
  await writeFile(path, bytes);
  const { signal } = new AbortController();
  try {
    await using clip = await openFrames(ffmpeg, path, signal);
    let frames = 0;
    for await (const _ of clip.frames()) frames++;
    const expected = Math.round(asked.seconds * SHORT_FPS);
    if (frames !== expected) return `it has ${frames} frames, not ${expected}`;
    const sound = (await readSound(ffmpeg, path, signal)).length / FEATURE_RATE;
    const isRight = sound >= asked.seconds - 0.02 && sound <= asked.seconds + SOUND_SLACK;
    return isRight ? null : `its sound lasts ${sound.toFixed(2)} s, not ${asked.seconds}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
