import { OratorError } from '@orator/core/base/errors';

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGB, interleaved, rows top to bottom. They are read until the promise is settled. */
  readonly pixels: Uint8Array;
}

/** Encodes RGB pixels as PNG on a thread of its own; quickly, for there are thousands and they are small. */
export async function encodePng({ width, height, pixels }: Pixels): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  try {
    return await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 2, adaptiveFiltering: true })
      .toBuffer();
  } catch (cause) {
    throw new OratorError('internal', 'A picture could not be written as PNG.', { cause });
  }
}
