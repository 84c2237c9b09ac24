import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { type Header, pack } from 'tar-stream';
import { type CoordsRow, writeCoords } from './pickle-writer.ts';
import { encodePng } from './png.ts';
import { type TorchDevice, writeLatents } from './torch-file.ts';

/** A face in the frames of the test avatars: y1, y2, x1, x2. */
export const TEST_BOX: CoordsRow = [4, 40, 8, 56];

/** Files by their names inside an avatar. */
export type AvatarFiles = [name: string, bytes: Buffer][];

/** A grey PNG. */
export const greyPng = async (width: number, height: number): Promise<Buffer> =>
  Buffer.from(await encodePng({ width, height, pixels: new Uint8Array(width * height * 3).fill(90) }));

/** A Wav2Lip avatar of two frames of 64 × 48. */
export async function wav2lipFiles(faceSize = 96): Promise<AvatarFiles> {
  const [frame, face] = [await greyPng(64, 48), await greyPng(faceSize, faceSize)];
  return [
    ['coords.pkl', Buffer.from(writeCoords([TEST_BOX, TEST_BOX]))],
    ['face_imgs/00000000.png', face],
    ['face_imgs/00000001.png', face],
    ['full_imgs/00000000.png', frame],
    ['full_imgs/00000001.png', frame],
  ];
}

/** A MuseTalk avatar of two frames of 64 × 48. */
export async function musetalkFiles(device: TorchDevice = 'cuda:0'): Promise<AvatarFiles> {
  const latent = new Float32Array(8 * 32 * 32).fill(0.5);
  async function* two() {
    yield* [latent, latent];
  }
  const latents: Uint8Array[] = [];
  for await (const part of writeLatents(two(), device)) latents.push(part);
  const mask = await sharp({ create: { width: 48, height: 36, channels: 3, background: 'white' } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const [y1, y2, x1, x2] = TEST_BOX;
  const box: CoordsRow = [x1, y1, x2, y2];
  const coords = Buffer.from(writeCoords([box, box], 'list'));
  const frame = await greyPng(64, 48);
  return [
    ['avator_info.json', Buffer.from('{}')],
    ['coords.pkl', coords],
    ['full_imgs/00000000.png', frame],
    ['full_imgs/00000001.png', frame],
    ['latents.pt', Buffer.concat(latents)],
    ['mask/00000000.png', mask],
    ['mask/00000001.png', mask],
    ['mask_coords.pkl', coords],
  ];
}

/** A TAR of entries as they are given; without bytes they are only headers. */
export function tarOfEntries(
  entries: readonly (readonly [header: Partial<Header> & { name: string }, bytes?: Buffer])[],
): Promise<Buffer> {
  const archive = pack();
  for (const [header, bytes] of entries) {
    const full = { mtime: new Date(0), ...header };
    if (bytes === undefined) archive.entry(full);
    else archive.entry(full, bytes);
  }
  archive.finalize();
  return buffer(archive);
}

/** A TAR of plain files. */
export const tarOfFiles = (files: AvatarFiles): Promise<Buffer> =>
  tarOfEntries(files.map(([name, bytes]) => [{ name }, bytes]));
