import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Placement, PreparedPortrait } from '@orator/core/engines/portrait/prepared';
import { PREPARED_VERSION, parsePortrait, serialisePortrait } from '@orator/core/engines/portrait/prepared-bytes';
import { preparePortrait } from '@orator/core/engines/portrait/subject/prepare';
import type { Picture } from '@orator/core/media/frame';
import { type ClipSize, type Cut, frameFor } from '@orator/core/media/framing';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import type { PreparedPhoto } from '../avatars/portrait-avatar.ts';
import type { Config } from '../config.ts';
import { makeFolder } from '../folder.ts';
import { type ReadPicture, readPicture, readPictureBytes, resamplePicture } from '../media/picture.ts';
import { cleanOutputs, Output } from '../output.ts';
import { preparationWeights } from '../runtime/face-files.ts';
import { openLandmarker } from '../runtime/landmarks.ts';
import { packagedModels } from './face-weights.ts';

/** A portrait framed for one clip. */
export interface Subject {
  readonly prepared: PreparedPortrait;
  /** The source, resampled to the clip's pixels. */
  readonly still: Picture;
  readonly placement: Placement;
  readonly sha256: string;
  readonly bytes: number;
  readonly warnings: readonly string[];
  /** The weights that preparation reads, for the receipt. */
  readonly models: Receipt['models'];
}

/** Where prepared portraits are kept, and what finds a face when one is not there yet. */
export interface Preparation {
  /** A folder for prepared portraits, made when missing; losing it loses nothing but time. */
  readonly folder: string;
  readonly openLandmarker: () => Promise<FaceLandmarker>;
  /** A file that this picture was prepared into before, by `preparePhoto`: then it is not prepared again. */
  readonly prepared?: string;
}

/** Which face of a picture is shown, and how. */
export interface View {
  readonly face: RenderRequest['face'];
  readonly size: ClipSize | number;
  readonly crop: Cut;
}

/** How photos are prepared on this machine. */
export const portraitPreparation = ({ data }: Config): Preparation => ({
  folder: join(data, 'prepared'),
  openLandmarker,
});

/**
 * Reads a picture, finds its face and frames it.
 * @throws {OratorError} `image/…` for what cannot be read, `face/…` for what cannot be animated.
 */
export async function openSubject(path: string, view: View, preparation: Preparation): Promise<Subject> {
  return frameSubject(await readPhoto(path, view.face, preparation), view);
}

/**
 * Frames a picture that was prepared before, of which both are at hand; null where what it was prepared into is damaged or of another
 * version.
 * @throws {OratorError} `image/…` for a picture that cannot be read.
 */
export async function openPreparedSubject(
  { picture: bytes, prepared: stored }: { readonly picture: Uint8Array; readonly prepared: Uint8Array },
  view: Omit<View, 'face'>,
): Promise<Subject | null> {
  const prepared = parsePrepared(stored);
  if (!prepared) return null;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return frameSubject({ bytes, sha256, picture: await readPicture(bytes), prepared }, view);
}

/** A picture that was read, and what it was prepared into. */
interface Photo {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly picture: ReadPicture;
  readonly prepared: PreparedPortrait;
}

async function frameSubject({ bytes, sha256, picture, prepared }: Photo, view: Omit<View, 'face'>): Promise<Subject> {
  const [x, y] = prepared.axes.origin;
  const framing = frameFor(picture, { x, y, iod: prepared.iod }, view);
  const still = await resamplePicture(picture, framing.crop, framing);
  const placement = { ...framing.crop, scale: framing.scale, width: framing.width, height: framing.height };
  return {
    prepared,
    still,
    placement,
    sha256,
    bytes: bytes.length,
    models: await packagedModels(preparationWeights()),
    warnings: [...picture.warnings, ...prepared.warnings, ...framing.warnings],
  };
}

/**
 * Reads a picture, finds its face and keeps what is made ready; gives it too.
 * @throws {OratorError} `image/…` for what cannot be read, `face/…` for what cannot be animated.
 */
export async function preparePhoto(path: string, face: View['face'], preparation: Preparation): Promise<PreparedPhoto> {
  const { picture, prepared } = await readPhoto(path, face, preparation);
  return { face, width: picture.width, height: picture.height, prepared };
}

async function readPhoto(path: string, face: View['face'], preparation: Preparation): Promise<Photo> {
  const bytes = await readPictureBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = join(preparation.folder, preparedName(sha256, face));
  const reading = readPicture(bytes);
  reading.catch(() => {}); // told below
  const kept = (preparation.prepared && (await readPrepared(preparation.prepared))) || (await readPrepared(file));
  if (kept) return { bytes, sha256, picture: await reading, prepared: kept };
  // Loading the networks keeps this thread busy, and decoding the picture another one.
  await using landmarker = await preparation.openLandmarker();
  const picture = await reading;
  const prepared = await preparePortrait(picture, landmarker, { face });
  await keep(preparation.folder, file, serialisePortrait(prepared));
  return { bytes, sha256, picture, prepared };
}

/** The name of a prepared portrait's file: the same for the same bytes, prepared in the same way. */
const preparedName = (sha256: string, face: RenderRequest['face']) =>
  `${createHash('sha256').update(`${PREPARED_VERSION} ${sha256} ${face}`).digest('hex')}.bin`;

/** What was prepared before; null when it is not there, damaged or of another version. */
async function readPrepared(path: string): Promise<PreparedPortrait | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes && parsePrepared(bytes);
}

function parsePrepared(bytes: Uint8Array): PreparedPortrait | null {
  try {
    return parsePortrait(bytes);
  } catch {
    return null;
  }
}

/** A cache that cannot be written is no reason to fail a clip. */
async function keep(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(folder);
    await cleanOutputs(folder);
    await using output = await Output.reserve(file);
    await writeFile(output.temporary, bytes);
    await output.publish();
  } catch {
    // it is made again next time
  }
}
