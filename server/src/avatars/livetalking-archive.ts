import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { OratorError } from '@orator/core/base/errors';
import { cropFace } from '@orator/core/media/face-crop';
import type { Picture } from '@orator/core/media/frame';
import type { Pack } from 'tar-stream';
import { addEntry, streamArchive } from './avatar-archive.ts';
import { pictureName } from './avatar-layout.ts';
import { readCoords } from './coords-pickle.ts';
import type { CoordsRow } from './pickle-writer.ts';
import { encodePng } from './png.ts';
import { bytesOf, entriesOf } from './tar-entries.ts';

/** The side of faces that LiveTalking's network reads since February 2025. */
export const LIVETALKING_FACE_SIZE = 256;
/** Frames that are decoded at once. */
const AT_ONCE = 4;

/**
 * The TAR of a Wav2Lip avatar with faces of another size: cut anew out of its frames, at the boxes in its `coords.pkl`, as the builder
 * cuts them; never made from the smaller faces. `open` gives the avatar's TAR as `packAvatar` writes it, and is called twice: faces
 * stand before frames. A few frames are held at a time.
 * The stream ends with `avatar/invalid` where a frame cannot be decoded, and with what `open` throws.
 */
export function recropArchive(open: () => Promise<Readable>, faceSize = LIVETALKING_FACE_SIZE): Readable {
  return streamArchive(async (archive) => {
    await addFaces(archive, await open(), faceSize);
    for await (const entry of entriesOf(await open())) {
      const { name, size } = entry.header;
      if (isFrame(name)) await addEntry(archive, name, size!, bytesOf(entry));
      else entry.resume();
    }
  });
}

const isFrame = (name: string) => name.startsWith('full_imgs/');

/** Adds the coordinates and the faces. */
async function addFaces(archive: Pack, source: Readable, size: number): Promise<void> {
  let rows: readonly CoordsRow[] = [];
  let count = 0;
  const cutting: Promise<Uint8Array>[] = [];
  let added = 0;
  const addNext = async () => {
    await addBytes(archive, `face_imgs/${pictureName(added++)}`, await cutting.shift()!);
  };
  for await (const entry of entriesOf(source)) {
    const { name } = entry.header;
    if (name === 'coords.pkl') {
      const bytes = await buffer(entry);
      rows = readCoords(bytes);
      await addBytes(archive, name, bytes);
    } else if (isFrame(name)) {
      const row = rows[count++];
      if (row === undefined)
        throw new OratorError('avatar/invalid', 'The avatar has more frames than boxes. Build it again.');
      const face = cutFace(await buffer(entry), row, size, name);
      face.catch(() => {}); // told when its turn comes
      cutting.push(face);
      if (cutting.length === AT_ONCE) await addNext();
    } else {
      entry.resume();
    }
  }
  while (cutting.length > 0) await addNext();
}

const addBytes = (archive: Pack, name: string, bytes: Uint8Array) =>
  addEntry(archive, name, bytes.length, Readable.from([bytes]));

async function cutFace(frame: Uint8Array, row: CoordsRow, size: number, name: string): Promise<Uint8Array> {
  const [y1, y2, x1, x2] = row;
  const { pixels } = cropFace(await decode(frame, name), { x1, y1, x2, y2 }, size);
  return encodePng({ width: size, height: size, pixels });
}

async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      pixels: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length),
    };
  } catch (cause) {
    throw new OratorError('avatar/invalid', `${name} cannot be decoded. Build the avatar again.`, { cause });
  }
}
