import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { loadConfig } from '../server/src/config.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';

/** One picture of the strip, and the space between two, in pixels. */
const TILE = { width: 300, height: 375, gap: 8 } as const;

/** Draws one frame of a clip as a PNG, `at` seconds from its start. */
async function frameAt(clip: string, at: number): Promise<Buffer> {
  const ffmpeg = await findFfmpeg({ ffmpeg: loadConfig(process.env).ffmpeg, path: process.env.PATH ?? '' });
  const args = ['-v', 'error', '-ss', String(at), '-i', clip, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'];
  const { stdout } = await promisify(execFile)(ffmpeg.path, args, { encoding: 'buffer', maxBuffer: 64 << 20 });
  return stdout;
}

/** Sets moments of a clip side by side as a JPEG of about 25 kB each: the face and shoulders, from left to right in time. */
export async function writeContactSheet(clip: string, moments: readonly number[], file: string): Promise<void> {
  const tiles = await Promise.all(
    moments.map(async (at, i) => ({
      input: await sharp(await frameAt(clip, at))
        .resize(TILE.width, TILE.height, { fit: 'cover', position: 'top' })
        .toBuffer(),
      left: i * (TILE.width + TILE.gap),
      top: 0,
    })),
  );
  const width = moments.length * (TILE.width + TILE.gap) - TILE.gap;
  await sharp({ create: { width, height: TILE.height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .jpeg({ quality: 84, mozjpeg: true })
    .toFile(file);
}
