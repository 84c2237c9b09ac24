import { OratorError } from '@orator/core/base/errors';
import { createDragMeter } from '@orator/core/inspect/background-drag';
import { type ClipReading, measuresOf } from '@orator/core/inspect/clip-reading';
import { readFaceSeries } from '@orator/core/inspect/face-series';
import type { Closure } from '@orator/core/inspect/movement';
import type { ClipMeasures } from '@orator/core/inspect/rows';
import { createSkinMeter } from '@orator/core/inspect/skin-detail';
import { readSoundSeries } from '@orator/core/inspect/sound-series';
import type { Picture } from '@orator/core/media/frame';
import { type FaceNetworks, patchAroundLandmarks, readDescriptor } from '@orator/core/models/face-networks';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { openNodeFaceGraphs } from '../runtime/face-graphs.ts';
import { openFrames, readSound } from './decode.ts';
import { createFaceFollower } from './follow-face.ts';

/** What measuring a clip needs; `networks` from `openFaceNetworks`. */
export interface InspectTools {
  readonly ffmpeg: Ffmpeg;
  readonly networks: FaceNetworks;
  readonly signal: AbortSignal;
}

/** What is known of a clip besides the clip. */
export interface InspectHints {
  /** When p, b and m are spoken, in seconds. */
  readonly closures?: readonly Closure[];
  /** The source at rest; without it, frames are compared with the clip's first. */
  readonly source?: Picture;
}

/** Opens the networks that read faces; disposing frees their weights. */
export async function openFaceNetworks(): Promise<FaceNetworks & AsyncDisposable> {
  const graphs = await openNodeFaceGraphs();
  return { ...graphs.networks, [Symbol.asyncDispose]: () => graphs[Symbol.asyncDispose]() };
}

/**
 * Measures how alive, how well in time and how true to its source a talking clip is, by the rows of `ROWS`. Takes about 30 ms a frame.
 * @throws {OratorError} `face/not-found` when no frame shows a face, `request/invalid` for no clip, `ffmpeg/…`, `cancelled`.
 */
export async function measureClip(path: string, tools: InspectTools, hints: InspectHints = {}): Promise<ClipMeasures> {
  return measuresOf(await readClip(path, tools, hints), hints.closures);
}

/** Frames from one look at the face's identity to the next. */
const LIKENESS_EVERY = 8;

/** Reads the pictures and the sound of a clip; throws as `measureClip` does. */
export async function readClip(path: string, tools: InspectTools, hints: InspectHints = {}): Promise<ClipReading> {
  const { ffmpeg, networks, signal } = tools;
  const sound = readSoundSeries(await readSound(ffmpeg, path, signal));
  await using clip = await openFrames(ffmpeg, path, signal);
  const follow = createFaceFollower(networks);
  const skin = createSkinMeter();
  const drag = createDragMeter();
  const points: (Float32Array | null)[] = [];
  const likeness: number[] = [];
  let who = hints.source ? await describe(networks, hints.source) : null;
  for await (const picture of clip.frames()) {
    const seen = await follow(picture);
    const index = points.push(seen) - 1;
    if (seen === null) continue;
    skin.add(picture, seen);
    drag.add(picture, seen);
    if (index % LIKENESS_EVERY !== 0) continue;
    const face = await readDescriptor(networks, picture, patchAroundLandmarks(seen));
    if (who) likeness.push(cosine(who, face));
    who ??= face;
  }
  if (points.every((frame) => frame === null)) {
    throw new OratorError('face/not-found', 'No frame of the clip shows a face. Give a clip of a talking person.');
  }
  const face = readFaceSeries({ fps: clip.fps, points });
  return { face, sound, skin: skin.finish(), drag: drag.finish(), likeness };
}

async function describe(networks: FaceNetworks, picture: Picture): Promise<Float32Array | null> {
  const points = await createFaceFollower(networks)(picture);
  return points && readDescriptor(networks, picture, patchAroundLandmarks(points));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return ab / Math.sqrt(aa * bb);
}
