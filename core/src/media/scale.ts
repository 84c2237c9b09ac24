import { filterWords, planAxis } from './filter.ts';
import type { Picture, Rect } from './frame.ts';
import { wordsOf } from './words.ts';

/** Lanczos with three lobes: sharp, with little ringing. */
const LOBES = 3;

/**
 * Cuts `crop` out of an opaque picture and scales it to `size`, its edges staying exactly where they belong: Lanczos 3, wider when
 * shrinking. Beyond the crop the picture's own pixels are used as far as it has any.
 */
export function scalePicture(
  picture: Picture,
  crop: Rect,
  size: { readonly width: number; readonly height: number },
): Picture {
  const { width, height } = size;
  const across = lanczosAxis(crop.x, crop.width, width, picture.width);
  const down = lanczosAxis(crop.y, crop.height, height, picture.height);
  const pixels = new Int32Array(width * height);
  filterWords({ ...picture, pixels: wordsOf(picture.pixels) }, across, down, pixels);
  for (let i = 0; i < pixels.length; i++) pixels[i]! |= 0xff000000;
  return { width, height, pixels: new Uint8ClampedArray(pixels.buffer) };
}

function lanczosAxis(start: number, length: number, count: number, limit: number) {
  const step = length / count;
  const reach = LOBES * Math.max(1, step);
  const taps = Math.min(limit, Math.ceil(2 * reach) + 1);
  // Pixel centres at whole numbers.
  return planAxis(
    count,
    taps,
    (i) => start + (i + 0.5) * step - 0.5,
    (distance) => lanczos((distance / reach) * LOBES),
  );
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}
