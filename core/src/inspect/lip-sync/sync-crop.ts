import { cropFace, type FaceBox } from '../../media/face-crop.ts';
import type { Picture } from '../../media/frame.ts';
import { LIP_SIZE } from '../../models/networks/syncnet.ts';

/** Where SyncNet looks: the middle of a face's box, and half of its longer side, in pixels. */
export interface SyncPlace {
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** How much more than the box is shown, in halves of it. */
const MARGIN = 0.4;
/** What lies beyond the picture. */
const GREY = 110;
/** Places are medians of so many. */
const WINDOW = 13;

/** Places for SyncNet of a face's boxes, one for each frame: medians of 13, zeros standing beyond the ends as in the reference. */
export function syncPlaces(boxes: readonly FaceBox[]): SyncPlace[] {
  const half = medians(boxes.map(({ x1, x2, y1, y2 }) => Math.max(x2 - x1, y2 - y1) / 2));
  const x = medians(boxes.map(({ x1, x2 }) => (x1 + x2) / 2));
  const y = medians(boxes.map(({ y1, y2 }) => (y1 + y2) / 2));
  return boxes.map((_, i) => ({ x: x[i]!, y: y[i]!, half: half[i]! }));
}

function medians(values: readonly number[]): number[] {
  const reach = (WINDOW - 1) / 2;
  return values.map((_, i) => {
    const near = Array.from({ length: WINDOW }, (_, k) => values[i + k - reach] ?? 0);
    return near.sort((a, b) => a - b)[reach]!;
  });
}

/** The face as SyncNet sees it: blue, green and red planes of 224 × 224, 0..255. */
export function cropForSync(picture: Picture, place: SyncPlace): Float32Array {
  const region = regionOf(place);
  const shown = cutOut(picture, region);
  const whole = { x1: 0, y1: 0, x2: shown.width, y2: shown.height };
  const { pixels } = cropFace(shown, whole, LIP_SIZE);
  const cells = LIP_SIZE * LIP_SIZE;
  const planes = new Float32Array(3 * cells);
  for (let i = 0; i < cells; i++) for (let k = 0; k < 3; k++) planes[(2 - k) * cells + i] = pixels[i * 3 + k]!;
  return planes;
}

/** Whole pixels, cut off as the reference cuts them off: counted from the corner of a picture that it has made larger. */
function regionOf({ x, y, half }: SyncPlace): FaceBox {
  const border = Math.trunc(half * (1 + 2 * MARGIN));
  const cut = (value: number) => Math.trunc(value + border) - border;
  return {
    y1: cut(y - half),
    y2: cut(y + half * (1 + 2 * MARGIN)),
    x1: cut(x - half * (1 + MARGIN)),
    x2: cut(x + half * (1 + MARGIN)),
  };
}

function cutOut({ width, height, pixels }: Picture, { x1, x2, y1, y2 }: FaceBox): Picture {
  const cut = { width: Math.max(1, x2 - x1), height: Math.max(1, y2 - y1) };
  const out = new Uint8ClampedArray(cut.width * cut.height * 4).fill(GREY);
  const from = Math.max(0, x1);
  const count = Math.min(width, x2) - from;
  for (let row = Math.max(0, y1); count > 0 && row < Math.min(height, y2); row++) {
    const at = (row * width + from) * 4;
    out.set(pixels.subarray(at, at + count * 4), ((row - y1) * cut.width + from - x1) * 4);
  }
  return { ...cut, pixels: out };
}
