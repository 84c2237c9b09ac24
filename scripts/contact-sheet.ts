import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { loadConfig } from '../server/src/config.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';

/** One picture of the strip, and the space between two, in pixels. */
const TILE = { width: 300, height: 345, gap: 8 } as const;
/** The part of a frame that is shown: head and shoulders, as shares of its width and height. */
const VIEW = { left: 0.13, top: 0.04, width: 0.74, height: 0.68 } as const;

/** Draws one frame of a clip as a PNG, `at` seconds from its start. */
async function frameAt(clip: string, at: number): Promise<Buffer> {
  const ffmpeg = await findFfmpeg({ ffmpeg: loadConfig(process.env).ffmpeg, path: process.env.PATH ?? '' });
  const args = ['-v', 'error', '-ss', String(at), '-i', clip, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'];
  const { stdout } = await promisify(execFile)(ffmpeg.path, args, { encoding: 'buffer', maxBuffer: 64 << 20 });
  return stdout;
}

async function tileOf(frame: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(frame).metadata();
  const region = {
    left: Math.round(VIEW.left * width),
    top: Math.round(VIEW.top * height),
    width: Math.round(VIEW.width * width),
    height: Math.round(VIEW.height * height),
  };
  return sharp(frame).extract(region).resize(TILE.width, TILE.height).toBuffer();
}

/** Sets moments of a clip side by side as a JPEG of about 25 kB each: the face and shoulders, from left to right in time. */
export async function writeContactSheet(clip: string, moments: readonly number[], file: string): Promise<void> {
  const tiles = await Promise.all(
    moments.map(async (at, i) => ({
      input: await tileOf(await frameAt(clip, at)),
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
