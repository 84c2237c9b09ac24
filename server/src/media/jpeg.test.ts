import { KernelMemory } from '@orator/core/base/kernels/kernel-memory';
import { JPEG_BYTES, JpegEncoder, jpegRoom } from '@orator/core/media/jpeg/encoder';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

// Core's own encoder, looked at with somebody else's decoder.

/** A picture with smooth and hard parts, and the encoder that reads it from its memory. */
function drawn(width: number, height: number, valueAt = lively) {
  const memory = new KernelMemory(JPEG_BYTES + jpegRoom(width, height) + 4 * width * height, 9);
  const pixels = memory.words(width * height);
  const rgb = Buffer.alloc(width * height * 3);
  for (let k = 0; k < pixels.length; k++) {
    const [x, y] = [k % width, Math.floor(k / width)];
    const channels = [0, 1, 2].map((c) => valueAt(x, y, c));
    pixels[k] = channels[0]! | (channels[1]! << 8) | (channels[2]! << 16) | 0xff000000;
    rgb.set(channels, 3 * k);
  }
  const encoder = new JpegEncoder(width, height, memory.bytes(jpegRoom(width, height)), memory);
  return { rgb, encode: (quality: number) => Buffer.from(encoder.encode({ width, height, pixels }, quality)) };
}

const lively = (x: number, y: number, c: number) =>
  Math.round(128 + 60 * Math.sin(x / (9 + c)) * Math.cos(y / 11) + (((x >> 4) + (y >> 4) + c) % 3) * 20);

/** Peak signal to noise ratio of a JPEG to what it was made of, dB. */
async function fidelity(jpeg: Buffer, rgb: Buffer): Promise<number> {
  const seen = await sharp(jpeg).raw().toBuffer();
  expect(seen.length).toBe(rgb.length);
  const sum = seen.reduce((all, value, k) => all + (value - rgb[k]!) ** 2, 0);
  return 10 * Math.log10((255 ** 2 * seen.length) / sum);
}

describe('the JPEG encoder', () => {
  test.each([
    [64, 64],
    [250, 130],
    [17, 9],
    [1, 1],
  ])('makes of %i × %i pixels what the usual library makes of them', async (width, height) => {
    const { rgb, encode } = drawn(width, height);
    for (const quality of [1, 30, 80, 100]) {
      const jpeg = encode(quality);
      const usual = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
        .toBuffer();
      expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width, height, chromaSubsampling: '4:2:0' });
      expect(await fidelity(jpeg, rgb)).toBeGreaterThan(Math.min(45, (await fidelity(usual, rgb)) - 0.5));
      expect(jpeg.length).toBeLessThan(1.06 * usual.length + 100);
    }
  });

  test('has room for noise at the best quality', async () => {
    let state = 1;
    const noise = () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state & 0x100000 ? 255 : 0;
    };
    const { rgb, encode } = drawn(96, 96, noise);
    const jpeg = encode(100);
    expect(jpeg.length).toBeLessThan(96 * 96 * 4);
    expect(await fidelity(jpeg, rgb)).toBeGreaterThan(7); // colours of noise do not outlast half the size
  });

  test('gives the same bytes for the same picture, whatever it encoded before', () => {
    const { encode } = drawn(48, 32);
    const first = encode(80);
    encode(20);
    expect(encode(80)).toEqual(first);
  });
});
