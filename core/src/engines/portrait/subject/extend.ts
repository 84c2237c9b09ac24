import { KernelMemory } from '../../../base/kernels/kernel-memory.ts';
import { clamp } from '../../../base/maths.ts';
import type { Picture } from '../../../media/frame.ts';
import type { BoxBlur } from './box-blur.ts';

/** Blurs of what is filled in, cells: the first right beside known cells, the second from `FAR` cells on. */
const NEAR_BLUR = 3;
const FAR_BLUR = 14;
const FAR = 24;

/**
 * Carries the colours of known cells (1) on into unknown ones (0): each takes its nearest known cell's, blurred the more the further it is.
 * `blur` is for grids of the picture's size.
 */
export function extend(picture: Picture, known: Float32Array, blur: BoxBlur): Uint8ClampedArray {
  const { width, height, pixels } = picture;
  const { nearest, distance } = nearestKnown(known, width, height);
  const out = new Uint8ClampedArray(pixels);
  const channel = new Float32Array(width * height);
  for (let c = 0; c < 4; c++) {
    if (isEven(pixels, c)) continue;
    for (let i = 0; i < channel.length; i++) channel[i] = pixels[nearest[i]! * 4 + c]!;
    const near = blur.mean(channel, NEAR_BLUR);
    const far = blur.mean(near, FAR_BLUR);
    for (let i = 0; i < channel.length; i++) {
      const away = distance[i]!;
      if (away === 0) continue;
      const t = clamp(away / FAR);
      const soft = near[i]! + (far[i]! - near[i]!) * t;
      const sharp = clamp(1 - away / NEAR_BLUR);
      out[i * 4 + c] = soft + (channel[i]! - soft) * sharp;
    }
  }
  return out;
}

/** Whether a channel is the same everywhere, as the alpha of photos is. */
function isEven(pixels: Uint8ClampedArray, channel: number): boolean {
  for (let i = channel; i < pixels.length; i += 4) if (pixels[i] !== pixels[channel]) return false;
  return true;
}

/** For each cell the nearest known one and how far it is, by two sweeps that pass on what neighbours found. */
function nearestKnown(known: Float32Array, width: number, height: number) {
  const memory = new KernelMemory(8 * known.length, 2);
  const nearest = memory.words(known.length);
  const distance = memory.floats(known.length);
  for (let i = 0; i < nearest.length; i++) {
    nearest[i] = i;
    distance[i] = known[i] === 1 ? 0 : Infinity;
  }
  memory.kernels.spreadNearest(nearest.byteOffset, distance.byteOffset, width, height);
  return { nearest, distance };
}
