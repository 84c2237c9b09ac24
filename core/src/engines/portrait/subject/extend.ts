import { clamp } from '../../../base/maths.ts';
import type { Picture } from '../../../media/frame.ts';
import { boxMean } from './guided-filter.ts';

/** Blurs of what is filled in, cells: the first right beside known cells, the second from `FAR` cells on. */
const NEAR_BLUR = 3;
const FAR_BLUR = 14;
const FAR = 24;

/** Carries the colours of known cells (1) on into unknown ones (0): each takes its nearest known cell's, blurred the more the further it is. */
export function extend({ width, height, pixels }: Picture, known: Float32Array): Uint8ClampedArray {
  const { nearest, distance } = nearestKnown(known, width, height);
  const out = new Uint8ClampedArray(pixels);
  const channel = new Float32Array(width * height);
  for (let c = 0; c < 4; c++) {
    for (let i = 0; i < channel.length; i++) channel[i] = pixels[nearest[i]! * 4 + c]!;
    const near = boxMean(channel, width, height, NEAR_BLUR);
    const far = boxMean(near, width, height, FAR_BLUR);
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

/** For each cell the nearest known one and how far it is, by two sweeps that pass on what neighbours found. */
function nearestKnown(known: Float32Array, width: number, height: number) {
  const nearest = new Int32Array(width * height);
  const distance = new Float32Array(width * height);
  for (let i = 0; i < nearest.length; i++) {
    nearest[i] = i;
    distance[i] = known[i] === 1 ? 0 : Infinity;
  }
  const consider = (i: number, x: number, y: number, dx: number, dy: number) => {
    if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) return;
    const neighbour = i + dy * width + dx;
    if (distance[neighbour] === Infinity) return;
    const found = nearest[neighbour]!;
    const away = Math.hypot(x - (found % width), y - Math.floor(found / width));
    if (away >= distance[i]!) return;
    distance[i] = away;
    nearest[i] = found;
  };
  for (const way of [1, -1] as const) {
    for (let k = 0; k < nearest.length; k++) {
      const i = way === 1 ? k : nearest.length - 1 - k;
      if (distance[i] === 0) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      consider(i, x, y, -way, 0);
      consider(i, x, y, 0, -way);
      consider(i, x, y, -way, -way);
      consider(i, x, y, way, -way);
    }
  }
  return { nearest, distance };
}
