import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ahead } from '@orator/core/base/ahead';
import { OratorError } from '@orator/core/base/errors';
import { cropFace, type FaceBox } from '@orator/core/media/face-crop';
import type { FaceNetworks } from '@orator/core/models/face-networks';
import type { LentPicture } from '../media/decoded-pictures.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { outputError } from '../output.ts';
import { listAvatar } from './avatar-check.ts';
import { pictureName } from './avatar-layout.ts';
import { BoxTrack, padBox, rowOf, WAV2LIP_PADS } from './box-track.ts';
import { FaceWatch } from './face-watch.ts';
import { FolderOutput } from './folder-output.ts';
import { InFlight } from './in-flight.ts';
import { type CoordsRow, writeCoords } from './pickle-writer.ts';
import { encodePng } from './png.ts';
import { noFace, severalFaces, stopIfAborted, tooLong, tooShort, unsupported } from './refusals.ts';
import { AVATAR_FPS, formatOf, probeVideo, readFrames, type TrainingVideo, type VideoInfo } from './training-video.ts';

/** What an avatar can be asked to be. */
export interface AvatarOptions {
  /** `wav2lip` unless told otherwise; `musetalk` is refused until its networks are here. */
  readonly model?: string;
  /** Side of the pictures in `face_imgs`: 96 as the contract says (default), 256 for LiveTalking since February 2025. */
  readonly faceSize?: 96 | 256;
  /** Larger frames are scaled down, by default to 1280: LiveTalking holds all of them in memory, uncompressed. */
  readonly longestSidePixels?: number;
  /** 3 unless told otherwise. */
  readonly minSeconds?: number;
  /** 120 unless told otherwise; one second more is let pass. */
  readonly maxSeconds?: number;
  /** Whether boxes are averaged over five frames, as by Wav2Lip (default). */
  readonly smooth?: boolean;
}

/** What building an avatar needs; `networks` from `openFaceNetworks`. */
export interface AvatarTools {
  readonly ffmpeg: Ffmpeg;
  readonly networks: FaceNetworks;
  /** Aborting stops ffmpeg at once and removes what was written. A reason that is an `OratorError` is thrown as it is. */
  readonly signal: AbortSignal;
}

/**
 * How far an avatar is: `progress` as often as it moves, then one `done`. `percent` never falls and is 5 at the start, 20 when the first
 * frame is there, 40 to 80 while faces are followed, 85 with the coordinates written, 100 with the last picture.
 */
export type AvatarEvent =
  | {
      readonly type: 'progress';
      readonly stage: 'start' | 'frames' | 'faces' | 'coords' | 'images';
      readonly percent: number;
    }
  | ({ readonly type: 'done' } & BuiltAvatar);

/** A finished avatar's folder. */
export interface BuiltAvatar {
  readonly folder: string;
  readonly model: 'wav2lip';
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly faceSize: number;
}

/** A face may be away for a second, in which it is taken to move straight on. */
const LONGEST_GAP_FRAMES = AVATAR_FPS;
const MOST_MISSING_SHARE = 0.1;
/** A second beyond the limit is decoded before a video is called too long. */
const GRACE_FRAMES = AVATAR_FPS;
/** Frames decoded while a face is looked for: a search takes as long as three. */
const FRAMES_AHEAD = 3;
/** Faces encoded at once: enough to keep the cores busy while the next is searched. */
const IN_FLIGHT = 4;

/**
 * Makes an avatar's folder from a training video, in one pass: frames flow from ffmpeg through the face watch into pictures, and at
 * most a second of them is held, while a face is away. The folder appears when it is complete, in place of an avatar of that name.
 * @throws {OratorError} `video/…`, `face/not-found`, `face/several` in the contract's words, `model/missing`, `request/invalid`,
 * `output/…`, `ffmpeg/…`, `cancelled`.
 */
export async function* buildAvatar(
  video: TrainingVideo,
  folder: string,
  options: AvatarOptions,
  tools: AvatarTools,
): AsyncGenerator<AvatarEvent> {
  checkModel(options.model ?? 'wav2lip');
  const { longestSidePixels = 1280, minSeconds = 3, maxSeconds = 120, faceSize = 96, smooth = true } = options;
  const { ffmpeg, networks, signal } = tools;
  const info = await probeVideo(ffmpeg, video, longestSidePixels, signal);
  checkDuration(info, minSeconds, maxSeconds);
  const size = { width: info.width, height: info.height };
  yield { type: 'progress', stage: 'start', percent: 5 };

  await using output = await FolderOutput.reserve(folder);
  const decoding = {
    ...size,
    limit: maxSeconds * AVATAR_FPS + GRACE_FRAMES + 1,
    folder: await output.folder('full_imgs'),
    signal,
  };
  await using faces = await FaceWriter.open(output, faceSize);
  const watch = new FaceWatch(networks);
  const track = new BoxTrack({ smooth });
  const frames = ahead(readFrames(ffmpeg, video, decoding), FRAMES_AHEAD, giveBack);
  yield* followFace(frames, { watch, track, faces, info, maxSeconds, signal });
  if (track.count === 0) throw unsupported(formatOf(video, info.container));
  if (track.count < minSeconds * AVATAR_FPS) throw tooShort(minSeconds);
  if (watch.isCrowded(track.count)) throw severalFaces();
  if (track.missingShare > MOST_MISSING_SHARE) throw noFace();

  const rows = await faces.finish(track.finish());
  await save(join(output.temporary, 'coords.pkl'), writeCoords(rows), output);
  yield { type: 'progress', stage: 'coords', percent: 85 };
  await faces.written();
  await listAvatar(output.temporary); // as many frames as faces, whatever ffmpeg did
  stopIfAborted(signal);
  await output.publish();
  yield { type: 'progress', stage: 'images', percent: 100 };
  yield { type: 'done', folder: output.path, model: 'wav2lip', frames: rows.length, ...size, faceSize };
}

interface Following {
  readonly watch: FaceWatch;
  readonly track: BoxTrack;
  readonly faces: FaceWriter;
  readonly info: VideoInfo;
  readonly maxSeconds: number;
  readonly signal: AbortSignal;
}

/** Takes all frames through the face watch; stops as soon as the video cannot become an avatar. */
async function* followFace(
  frames: AsyncIterable<LentPicture>,
  { watch, track, faces, info, maxSeconds, signal }: Following,
): AsyncGenerator<AvatarEvent> {
  const expectedFrames = Math.ceil((info.durationSeconds ?? maxSeconds) * AVATAR_FPS);
  let told = 20;
  for await (const frame of frames) {
    if (track.count === 0) yield { type: 'progress', stage: 'frames', percent: told };
    const seen = await watch.look(frame);
    await faces.add(frame, track.add(seen && padBox(seen, WAV2LIP_PADS, frame)));
    stopIfAborted(signal);
    if (track.count > maxSeconds * AVATAR_FPS + GRACE_FRAMES) throw tooLong(maxSeconds);
    if (track.gap > LONGEST_GAP_FRAMES) throw noFace();
    if (watch.isCrowded(expectedFrames)) throw severalFaces();
    const percent = 40 + Math.floor(40 * Math.min(1, track.count / expectedFrames));
    if (percent > told) yield { type: 'progress', stage: 'faces', percent };
    told = percent;
  }
}

const giveBack = (frame: LentPicture) => frame[Symbol.dispose]();

function checkDuration({ durationSeconds }: VideoInfo, minSeconds: number, maxSeconds: number): void {
  if (durationSeconds === null) return;
  if (durationSeconds + 1 / AVATAR_FPS < minSeconds) throw tooShort(minSeconds); // containers round by a frame
  if (durationSeconds > maxSeconds + GRACE_FRAMES / AVATAR_FPS) throw tooLong(maxSeconds);
}

function checkModel(model: string): void {
  if (model === 'wav2lip') return;
  if (model !== 'musetalk') throw new OratorError('request/invalid', `Unsupported model: ${model.slice(0, 40)}`);
  throw new OratorError(
    'model/missing',
    'Avatars for "musetalk" need its networks, which are not installed. Ask for the model "wav2lip".',
  );
}

/** Writes the face of each frame as a picture. Frames wait here until their box is known. */
class FaceWriter implements AsyncDisposable {
  readonly #output: FolderOutput;
  readonly #folder: string;
  readonly #size: number;
  readonly #writing = new InFlight(IN_FLIGHT);
  readonly #waiting: LentPicture[] = [];
  readonly #rows: CoordsRow[] = [];

  private constructor(output: FolderOutput, folder: string, size: number) {
    this.#output = output;
    this.#folder = folder;
    this.#size = size;
  }

  static async open(output: FolderOutput, size: number): Promise<FaceWriter> {
    return new FaceWriter(output, await output.folder('face_imgs'), size);
  }

  /** Takes a frame, and the boxes that became known with it. */
  async add(frame: LentPicture, known: readonly FaceBox[]): Promise<void> {
    this.#waiting.push(frame);
    for (const box of known) await this.#cut(box);
  }

  /** Takes the boxes of the frames that still wait. Returns all of them, as many as frames. */
  async finish(known: readonly FaceBox[]): Promise<readonly CoordsRow[]> {
    for (const box of known) await this.#cut(box);
    return this.#rows;
  }

  /** Waits until all pictures lie on the disk. */
  written(): Promise<void> {
    return this.#writing.finish();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writing[Symbol.asyncDispose]();
  }

  async #cut(box: FaceBox): Promise<void> {
    using frame = this.#waiting.shift()!;
    const path = join(this.#folder, pictureName(this.#rows.push(rowOf(box)) - 1));
    const { size, pixels } = cropFace(frame, box, this.#size);
    await this.#writing.start(async () => {
      await save(path, await encodePng({ width: size, height: size, pixels }), this.#output);
    });
  }
}

async function save(path: string, bytes: Uint8Array, output: FolderOutput): Promise<void> {
  await writeFile(path, bytes).catch((thrown: unknown) => {
    throw outputError(thrown, output.path);
  });
}
