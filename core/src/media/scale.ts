import type { Picture, Rect } from './frame.ts';

/** Lanczos with three lobes: sharp, with little ringing. */
const LOBES = 3;

/** For each output position along one axis: the first source position and `taps` weights that sum to 1. */
interface Axis {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

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
  const across = planAxis(crop.x, crop.width, width, picture.width);
  const down = planAxis(crop.y, crop.height, height, picture.height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const rows = Array.from({ length: down.taps }, () => ({ source: -1, values: new Float32Array(width * 4) }));
  const sum = new Float32Array(width * 4);
  for (let y = 0; y < height; y++) {
    sum.fill(0);
    for (let tap = 0; tap < down.taps; tap++) {
      const source = Math.min(picture.height - 1, Math.max(0, down.first[y]! + tap));
      const row = rows[source % down.taps]!; // a ring: consecutive rows never meet in one place
      if (row.source !== source) {
        scaleRow(picture, source, across, row.values);
        row.source = source;
      }
      const weight = down.weights[y * down.taps + tap]!;
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + weight * row.values[i]!;
    }
    pixels.set(sum, y * width * 4); // rounds and clamps
  }
  return { width, height, pixels };
}

function scaleRow({ width, pixels }: Picture, y: number, { taps, first, weights }: Axis, out: Float32Array): void {
  for (let x = 0; x < first.length; x++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = 0; tap < taps; tap++) {
      const column = Math.min(width - 1, Math.max(0, first[x]! + tap));
      const at = (y * width + column) * 4;
      const weight = weights[x * taps + tap]!;
      red += weight * pixels[at]!;
      green += weight * pixels[at + 1]!;
      blue += weight * pixels[at + 2]!;
    }
    out[x * 4] = red;
    out[x * 4 + 1] = green;
    out[x * 4 + 2] = blue;
    out[x * 4 + 3] = 255;
  }
}

function planAxis(start: number, length: number, count: number, limit: number): Axis {
  const step = length / count;
  const reach = LOBES * Math.max(1, step);
  const taps = Math.min(limit, Math.ceil(2 * reach) + 1);
  const first = new Int32Array(count);
  const weights = new Float32Array(count * taps);
  for (let i = 0; i < count; i++) {
    const centre = start + (i + 0.5) * step - 0.5; // pixel centres at whole numbers
    const from = Math.round(centre - (taps - 1) / 2);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += lanczos(((from + tap - centre) / reach) * LOBES);
    for (let tap = 0; tap < taps; tap++) {
      weights[i * taps + tap] = lanczos(((from + tap - centre) / reach) * LOBES) / sum;
    }
    first[i] = from;
  }
  return { taps, first, weights };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}
