import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Placement, PreparedPortrait } from '@orator/core/engines/portrait/prepared';
import { PREPARED_VERSION, parsePortrait, serialisePortrait } from '@orator/core/engines/portrait/prepared-bytes';
import { preparePortrait } from '@orator/core/engines/portrait/subject/prepare';
import type { Picture } from '@orator/core/media/frame';
import { type ClipSize, type Cut, frameFor } from '@orator/core/media/framing';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import { makeFolder } from '../folder.ts';
import { readPicture, readPictureBytes, resamplePicture } from '../media/picture.ts';
import { cleanOutputs, Output } from '../output.ts';
import { preparationWeights } from '../runtime/face-files.ts';
import { fingerprintOf } from './fingerprint.ts';

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
}

/** Which face of a picture is shown, and how. */
export interface View {
  readonly face: RenderRequest['face'];
  readonly size: ClipSize | number;
  readonly crop: Cut;
}

/**
 * Reads a picture, finds its face and frames it.
 * @throws {OratorError} `image/…` for what cannot be read, `face/…` for what cannot be animated.
 */
export async function openSubject(
  path: string,
  { face, size, crop }: View,
  preparation: Preparation,
): Promise<Subject> {
  const bytes = await readPictureBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const picture = await readPicture(bytes);
  const prepared = await prepare(picture, sha256, face, preparation);
  const [x, y] = prepared.axes.origin;
  const framing = frameFor(picture, { x, y, iod: prepared.iod }, { size, crop });
  const still = await resamplePicture(picture, framing.crop, framing);
  const placement = { ...framing.crop, scale: framing.scale, width: framing.width, height: framing.height };
  return {
    prepared,
    still,
    placement,
    sha256,
    bytes: bytes.length,
    models: await Promise.all(preparationWeights().map(named)),
    warnings: [...picture.warnings, ...prepared.warnings, ...framing.warnings],
  };
}

/** Finds the face of a picture and keeps what is made ready. @throws {OratorError} `image/…`, `face/…` */
export async function prepareSubject(path: string, face: View['face'], preparation: Preparation): Promise<void> {
  const bytes = await readPictureBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await prepare(await readPicture(bytes), sha256, face, preparation);
}

const named = async ({ name, file }: { readonly name: string; readonly file: string }) => ({
  name,
  sha256: fingerprintOf(await readFile(file)).sha256,
});

/** Takes a prepared portrait from the cache, or makes it and puts it there. */
async function prepare(
  picture: Picture,
  sha256: string,
  face: RenderRequest['face'],
  { folder, openLandmarker }: Preparation,
): Promise<PreparedPortrait> {
  const name = createHash('sha256').update(`${PREPARED_VERSION} ${sha256} ${face}`).digest('hex');
  const file = join(folder, `${name}.bin`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) {
    try {
      return parsePortrait(kept);
    } catch {
      await rm(file, { force: true }); // a damaged entry is made again
    }
  }
  await using landmarker = await openLandmarker();
  const prepared = await preparePortrait(picture, landmarker, { face });
  await keep(folder, file, serialisePortrait(prepared));
  return prepared;
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
