import { expect, test } from 'vitest';
import { SharedPicture } from './shared-picture.ts';

const size = { width: 33, height: 18 }; // no multiples of anything

test.each(['jpeg', 'webp'] as const)('a picture without alpha is the same %s', async (format) => {
  const rgba = Uint8ClampedArray.from({ length: size.width * size.height * 4 }, (_, k) =>
    k % 4 === 3 ? 255 : 128 + 100 * Math.sin(k / 40),
  );
  const rgb = rgba.filter((_, k) => k % 4 !== 3);
  const [one, other] = [new SharedPicture(rgba, size), new SharedPicture(rgb, size)];
  const order = { format, quality: 80 };
  expect(await other.encode(order)).toEqual(await one.encode(order));
  expect(one.encode(order)).toBe(one.encode(order)); // once for all who watch
});
