import { OratorError } from '@orator/core/base/errors';
import { type SyncScore, scoreSync } from '@orator/core/inspect/lip-sync/distance';
import { MFCC_RATE, mfccOf } from '@orator/core/inspect/lip-sync/mfcc';
import { cropForSync, type SyncPlace, syncPlaces } from '@orator/core/inspect/lip-sync/sync-crop';
import type { FaceBox } from '@orator/core/media/face-crop';
import { LIP_FRAMES, LIP_SIZE, MFCC_BANDS, MFCC_COLUMNS, SYNC_FEATURES } from '@orator/core/models/networks/syncnet';
import type { ModelSession } from '@orator/core/models/runtime';
import { BoxTrack } from '../avatars/box-track.ts';
import { FaceWatch } from '../avatars/face-watch.ts';
import { bringWeights } from '../model-store/bring-weights.ts';
import { ModelStore } from '../model-store/model-store.ts';
import { readyNetwork } from '../model-store/ready-network.ts';
import type { ModelRuntime } from '../runtime/onnx/model-runtime.ts';
import type { InspectTools } from './clip.ts';
import { openFrames, readSound } from './decode.ts';

/** SyncNet, loaded: what describes lips and what describes sound. Disposing gives both back. */
export interface SyncNetworks extends AsyncDisposable {
  readonly lips: ModelSession;
  readonly sound: ModelSession;
}

/** SyncNet was trained at 25 pictures a second, with four columns of sound for each. */
const FPS = 25;
const COLUMNS_A_FRAME = 4;
/** Looks that the network takes at once: each is 3 MB. */
const BATCH = 4;
/** Where the face is away for more of the clip, its lips say nothing. */
const MOST_MISSING = 0.5;

/** Loads SyncNet from weights that are here. @throws {OratorError} `model/missing` with the command, `backend/none`, `model/…` */
export async function openSyncNetworks(
  models: string,
  runtime: ModelRuntime,
  signal: AbortSignal,
): Promise<SyncNetworks> {
  const store = new ModelStore(models);
  const nothing = { guard: { allow: { hosts: new Set<string>(), ranges: [] } }, say: () => {}, signal };
  const { id } = await bringWeights('SyncNet', ['syncnet'], store, {
    ...nothing,
    setup: { fetch: false, acceptLicence: false },
  });
  await using opening = new AsyncDisposableStack();
  const lips = opening.use(await runtime.open(await readyNetwork(store, id, 'lips', BATCH, signal)));
  const sound = opening.use(await runtime.open(await readyNetwork(store, id, 'sound', BATCH, signal)));
  const closing = opening.move();
  return { lips, sound, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/**
 * Measures how well lips and sound of a clip fit together, as papers do for videos that show more than a face. The clip is read twice: for
 * where the face is, and for the face.
 * @throws {OratorError} `face/not-found`, `video/too-short`, `ffmpeg/…`, `model/failed`, `cancelled`
 */
export async function measureLipSync(path: string, networks: SyncNetworks, tools: InspectTools): Promise<SyncScore> {
  const { ffmpeg, signal } = tools;
  const pcm = await readSound(ffmpeg, path, signal);
  const places = syncPlaces(await findFace(path, tools));
  const looks = Math.min(places.length, Math.floor((pcm.length * FPS) / MFCC_RATE)) - LIP_FRAMES;
  if (looks <= 0) {
    throw new OratorError(
      'video/too-short',
      'The clip is too short to compare lips and sound. Use one of 3 s or more.',
    );
  }
  const lips = await describeLips(path, places.slice(0, looks + LIP_FRAMES), networks.lips, tools);
  const sound = await describeSound(mfccOf(pcm), looks, networks.sound, signal);
  return scoreSync(lips.slice(0, looks), sound);
}

async function findFace(path: string, { ffmpeg, networks, signal }: InspectTools): Promise<readonly FaceBox[]> {
  await using clip = await openFrames(ffmpeg, path, signal, FPS);
  const watch = new FaceWatch(networks);
  const track = new BoxTrack({ smooth: false });
  const boxes: FaceBox[] = [];
  for await (const picture of clip.frames()) boxes.push(...track.add(await watch.look(picture)));
  boxes.push(...track.finish());
  if (boxes.length === 0 || track.missingShare > MOST_MISSING) {
    throw new OratorError('face/not-found', 'Too few frames of the clip show a face. Give a clip of a talking person.');
  }
  return boxes;
}

async function describeLips(
  path: string,
  places: readonly SyncPlace[],
  network: ModelSession,
  { ffmpeg, signal }: InspectTools,
): Promise<Float32Array[]> {
  await using clip = await openFrames(ffmpeg, path, signal, FPS);
  const faces: Float32Array[] = [];
  let looks: Float32Array[] = [];
  const features: Float32Array[] = [];
  const run = async () => {
    if (looks.length === 0) return;
    const shape = [looks.length, 3, LIP_FRAMES, LIP_SIZE, LIP_SIZE];
    features.push(...(await describe(network, 'lips', shape, looks, signal)));
    looks = [];
  };
  let index = 0;
  for await (const picture of clip.frames()) {
    const place = places[index++];
    if (!place) break;
    faces.push(cropForSync(picture, place));
    if (faces.length < LIP_FRAMES) continue;
    looks.push(lookOf(faces));
    faces.shift();
    if (looks.length === BATCH) await run();
  }
  await run();
  return features;
}

/** Five faces as one look: all their blue planes, then green, then red. */
function lookOf(faces: readonly Float32Array[]): Float32Array {
  const plane = LIP_SIZE * LIP_SIZE;
  const look = new Float32Array(3 * LIP_FRAMES * plane);
  for (let k = 0; k < 3; k++) {
    for (const [i, face] of faces.entries()) {
      look.set(face.subarray(k * plane, (k + 1) * plane), (k * LIP_FRAMES + i) * plane);
    }
  }
  return look;
}

async function describeSound(
  rows: readonly Float32Array[],
  count: number,
  network: ModelSession,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const features: Float32Array[] = [];
  for (let first = 0; first < count; first += BATCH) {
    const looks = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => soundOf(rows, first + i));
    const shape = [looks.length, 1, MFCC_BANDS, MFCC_COLUMNS];
    features.push(...(await describe(network, 'mfcc', shape, looks, signal)));
  }
  return features;
}

/** The columns from a frame's time on, bands first; where they end, the last one stays. */
function soundOf(rows: readonly Float32Array[], frame: number): Float32Array {
  const look = new Float32Array(MFCC_BANDS * MFCC_COLUMNS);
  for (let column = 0; column < MFCC_COLUMNS; column++) {
    const row = rows[Math.min(frame * COLUMNS_A_FRAME + column, rows.length - 1)]!;
    for (let band = 0; band < MFCC_BANDS; band++) look[band * MFCC_COLUMNS + column] = row[band]!;
  }
  return look;
}

async function describe(
  network: ModelSession,
  input: string,
  shape: readonly number[],
  looks: readonly Float32Array[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const values = new Float32Array(looks.length * looks[0]!.length);
  for (const [i, look] of looks.entries()) values.set(look, i * look.length);
  const { features } = await network.run({ [input]: { dtype: 'f32', shape, values } }, signal);
  const all = features!.values as Float32Array;
  return looks.map((_, i) => all.slice(i * SYNC_FEATURES, (i + 1) * SYNC_FEATURES));
}
