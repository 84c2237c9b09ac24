import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { Yuv420 } from './colour.ts';
import type { Picture } from './frame.ts';

/** BT.709 limited range in plain arithmetic: [Y, Cb, Cr] for values 0..255. */
const exact = (r: number, g: number, b: number): [number, number, number] => {
  const luma = (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  return [16 + 219 * luma, 128 + (224 * (b / 255 - luma)) / 1.8556, 128 + (224 * (r / 255 - luma)) / 1.5748];
};

const picture = (width: number, height: number, colour: (i: number) => readonly number[]): Picture => {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) pixels.set([...colour(i), 255], i * 4);
  return { width, height, pixels };
};

const flat = (r: number, g: number, b: number): [number, number, number] => {
  const into = new Yuv420(2, 2);
  into.take(picture(2, 2, () => [r, g, b]));
  return [into.planes[0]!, into.planes[4]!, into.planes[5]!];
};

const noise = (width: number, height: number, seed: number) => {
  const random = randomFrom(seed);
  return picture(width, height, () => [random() * 256, random() * 256, random() * 256].map(Math.floor));
};

describe('RGBA to BT.709', () => {
  test.each([
    ['black', [0, 0, 0], [16, 128, 128]],
    ['white', [255, 255, 255], [235, 128, 128]],
    ['red', [255, 0, 0], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [0, 0, 255], [32, 240, 118]],
  ] as const)('%s has the value of the standard', (_, rgb, yuv) => {
    expect(flat(rgb[0], rgb[1], rgb[2])).toEqual(yuv);
  });

  test('greys have no colour', () => {
    for (let grey = 0; grey < 256; grey++) expect(flat(grey, grey, grey).slice(1)).toEqual([128, 128]);
  });

  test('is within one step of exact arithmetic, chroma being the mean of 2 × 2 pixels', () => {
    const source = noise(64, 48, 1);
    const into = new Yuv420(64, 48);
    into.take(source);
    expect(worstError(source, into)).toBeLessThan(0.51 + 0.01);
  });

  test('converts only the asked-for part, grown to whole chroma pixels, and keeps the rest', () => {
    const before = noise(16, 16, 2);
    const after = noise(16, 16, 3);
    const area = { x: 3, y: 5, width: 6, height: 4 };
    const into = new Yuv420(16, 16);
    into.take(before);
    into.take(after, area);
    const mixed = picture(16, 16, (i) => {
      const [x, y] = [i % 16, Math.floor(i / 16)];
      const inside = x >= 2 && x < 10 && y >= 4 && y < 10;
      return [...(inside ? after : before).pixels.subarray(i * 4, i * 4 + 3)];
    });
    const whole = new Yuv420(16, 16);
    whole.take(mixed);
    expect(into.planes).toEqual(whole.planes);
  });

  test('an area that sticks out is cut at the border', () => {
    const source = noise(8, 8, 4);
    const [into, whole] = [new Yuv420(8, 8), new Yuv420(8, 8)];
    into.take(source, { x: -3, y: -1, width: 40, height: 40 });
    whole.take(source);
    expect(into.planes).toEqual(whole.planes);
  });

  test('refuses odd sides', () => {
    expect(() => new Yuv420(3, 2)).toThrow('even');
  });
});

function worstError(source: Picture, { width, height, planes }: Yuv420): number {
  let worst = 0;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const sum = [0, 0, 0];
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [r, g, b] = source.pixels.subarray(at * 4, at * 4 + 3);
        worst = Math.max(worst, Math.abs(exact(r!, g!, b!)[0] - planes[at]!));
        for (let c = 0; c < 3; c++) sum[c] = sum[c]! + [r!, g!, b!][c]! / 4;
      }
      const [, cb, cr] = exact(sum[0]!, sum[1]!, sum[2]!);
      const chroma = width * height + (y >> 1) * (width >> 1) + (x >> 1);
      worst = Math.max(worst, Math.abs(cb - planes[chroma]!), Math.abs(cr - planes[chroma + (width * height) / 4]!));
    }
  }
  return worst;
}
