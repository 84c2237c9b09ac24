import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { sniffPicture } from '@orator/core/media/picture-format';
import { type AvatarModel, isAvatarFolder, LAYOUTS, parseEntry } from './avatar-layout.ts';
import { readCoords } from './coords-pickle.ts';
import type { CoordsRow } from './pickle-writer.ts';
import { PORTRAIT_FILES, readPortraitFacts } from './portrait-avatar.ts';
import { openLatents } from './torch-file.ts';

/** What a folder holds that has the shape of an avatar. */
export interface AvatarListing {
  readonly model: AvatarModel;
  /** The files that are no pictures of a folder. */
  readonly files: readonly string[];
  /** The pictures of each folder, in the order of their numbers. */
  readonly pictures: ReadonlyMap<string, readonly string[]>;
}

/** What is known of a checked avatar. */
export interface AvatarFacts {
  readonly model: AvatarModel;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Side of the pictures in `face_imgs`; `null` where there are none. */
  readonly faceSize: number | null;
}

/** 8K: more needs 100 MB a frame in memory. */
const MOST_PIXELS = 7680 * 4320;
/** Enough to tell a picture's format. */
const SNIFFED_BYTES = 512;
const MOST_COORDS_BYTES = 16 << 20;
const MOST_INFO_BYTES = 64 << 10;

/**
 * Lists an avatar's folder without opening its files.
 * @throws {OratorError} `avatar/invalid` for missing or foreign files, names that are no numbers, folders that differ in number.
 */
export async function listAvatar(folder: string): Promise<AvatarListing> {
  const found = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new OratorError('avatar/invalid', 'The avatar has no folder that can be read. Build it again.', { cause });
  });
  const model = modelOf(found.map(({ name }) => name));
  const { files, folders } = LAYOUTS[model];
  const expected: readonly string[] = [...files, ...folders];
  for (const { name } of found)
    if (!expected.includes(name)) throw invalid(`"${name.slice(0, 80)}" does not belong there`);
  for (const name of expected) {
    const entry = found.find((each) => each.name === name);
    if (!(isAvatarFolder(name) ? entry?.isDirectory() : entry?.isFile())) throw invalid(`${name} is missing`);
  }
  const pictures = new Map<string, string[]>();
  for (const name of folders) pictures.set(name, await listPictures(folder, name));
  const counts = [...pictures].map(([name, list]) => `${list.length} in ${name}`);
  if (new Set([...pictures.values()].map((list) => list.length)).size > 1) {
    throw invalid(`the numbers of pictures differ: ${counts.join(', ')}`);
  }
  return { model, files, pictures };
}

/** By a file that no other kind has; Wav2Lip's has none. */
function modelOf(names: readonly string[]): AvatarModel {
  if (names.includes('latents.pt') || names.includes('mask')) return 'musetalk';
  return names.includes(PORTRAIT_FILES.picture) ? 'portrait' : 'wav2lip';
}

async function listPictures(folder: string, name: string): Promise<string[]> {
  const byStem = new Map<number, string>();
  for (const entry of await readdir(join(folder, name), { withFileTypes: true })) {
    const parsed = parseEntry(`${name}/${entry.name}`);
    if (parsed?.kind !== 'picture' || !entry.isFile()) throw invalid(`a file in ${name} is no numbered picture`);
    if (byStem.has(parsed.stem)) throw invalid(`two pictures in ${name} have the number ${parsed.stem}`);
    byStem.set(parsed.stem, entry.name);
  }
  return [...byStem].sort(([a], [b]) => a - b).map(([, file]) => file);
}

/**
 * Checks all of an avatar that can be checked without decoding pictures: numbers of files, sizes of pictures, boxes inside frames.
 * @throws {OratorError} `avatar/invalid`
 */
export async function checkAvatar(folder: string): Promise<AvatarFacts> {
  const { model, pictures } = await listAvatar(folder);
  if (model === 'portrait') {
    const { width, height } = await readPortraitFacts(folder);
    return { model, frames: 1, width, height, faceSize: null };
  }
  const sizes = await readSizes(folder, 'full_imgs', pictures);
  const [first] = sizes;
  if (first === undefined) throw invalid('it has no frames');
  if (sizes.some(({ width, height }) => width !== first.width || height !== first.height)) {
    throw invalid('its frames differ in size');
  }
  const facts = { model, frames: sizes.length, width: first.width, height: first.height };
  const coords = await readRows(folder, 'coords.pkl', facts.frames);
  if (model === 'wav2lip') {
    checkBoxes(
      coords.map(([y1, y2, x1, x2]) => [x1, y1, x2, y2]),
      first,
      'coords.pkl',
    );
    const faces = await readSizes(folder, 'face_imgs', pictures);
    const faceSize = faces[0]!.width;
    if (faces.some(({ width, height }) => width !== faceSize || height !== faceSize)) {
      throw invalid('its faces are not squares of one size');
    }
    return { ...facts, faceSize };
  }
  checkBoxes(coords, first, 'coords.pkl');
  const maskCoords = await readRows(folder, 'mask_coords.pkl', facts.frames);
  checkBoxes(maskCoords, first, 'mask_coords.pkl');
  const masks = await readSizes(folder, 'mask', pictures);
  const misfit = masks.some(({ width, height }, i) => {
    const [x1, y1, x2, y2] = maskCoords[i]!;
    return width !== x2 - x1 || height !== y2 - y1;
  });
  if (misfit) throw invalid('a mask has not the size of its box');
  await checkInfo(join(folder, 'avator_info.json'));
  await using latents = await openLatents(join(folder, 'latents.pt'));
  if (latents.count !== facts.frames) throw invalid(`it has ${facts.frames} frames and ${latents.count} latents`);
  return { ...facts, faceSize: null };
}

/** MuseTalk's players do not read it, yet it is handed on: it has to be what it seems. */
async function checkInfo(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > MOST_INFO_BYTES) throw invalid('avator_info.json is too long');
    JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    throw thrown instanceof OratorError ? thrown : invalid('avator_info.json is no JSON', thrown);
  }
}

async function readRows(folder: string, file: string, frames: number): Promise<CoordsRow[]> {
  const path = join(folder, file);
  if ((await stat(path)).size > MOST_COORDS_BYTES) throw invalid(`${file} is too long`);
  const rows = readCoords(await readFile(path));
  if (rows.length !== frames) throw invalid(`it has ${frames} frames, and ${rows.length} rows in ${file}`);
  return rows;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function checkBoxes(rows: readonly CoordsRow[], { width, height }: Size, file: string): void {
  const wrong = rows.findIndex(
    ([x1, y1, x2, y2]) => x1 < 0 || y1 < 0 || x2 <= x1 || y2 <= y1 || x2 > width || y2 > height,
  );
  if (wrong >= 0) throw invalid(`row ${wrong} of ${file} lies outside the frame`);
}

/** Sizes from the headers of pictures; nothing but PNG and JPEG is opened. */
async function readSizes(
  folder: string,
  name: string,
  pictures: ReadonlyMap<string, readonly string[]>,
): Promise<Size[]> {
  const { default: sharp } = await import('sharp');
  const sizes: Size[] = [];
  for (const file of pictures.get(name) ?? []) {
    const path = join(folder, name, file);
    const format = sniffPicture(await readStart(path));
    if (format !== 'png' && format !== 'jpeg') throw invalid(`${name}/${file} is no PNG or JPEG`);
    const { width, height, depth } = await sharp(path, { limitInputPixels: MOST_PIXELS })
      .metadata()
      .catch((cause: unknown) => {
        throw invalid(`${name}/${file} is damaged`, cause);
      });
    if (width * height > MOST_PIXELS) throw invalid(`${name}/${file} has ${width} × ${height} pixels`);
    if (depth !== 'uchar') throw invalid(`${name}/${file} has more than 8 bits a channel`);
    sizes.push({ width, height });
  }
  return sizes;
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const invalid = (reason: string, cause?: unknown) =>
  new OratorError('avatar/invalid', `The avatar cannot be used: ${reason}. Build it again.`, { cause });
