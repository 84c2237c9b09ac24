import type { Picture } from '../../../media/frame.ts';
import type { PreparedBackdrop } from '../prepared.ts';
import { boxMean } from './guided-filter.ts';
import type { Silhouette } from './silhouette.ts';

/** Cells with more person than this are painted anew, and so is what lies around them: wisps of hair that the matte leaves out. */
const PERSON = 0.02;

/** The matte and the picture without the person and `wisps` source pixels around, filled from further out. */
export function makeBackdrop({ rect, width, height, matte, picture }: Silhouette, wisps: number): PreparedBackdrop {
  const known = backgroundCells(matte, width, height, Math.max(2, Math.round((wisps * width) / rect.width)));
  return {
    rect,
    width,
    height,
    matte: Uint8Array.from(matte, (share) => Math.round(share * 255)),
    plate: fillUnknown(picture, known),
  };
}

/** 1 where a cell and all around it show background, 0 elsewhere. */
function backgroundCells(matte: Float32Array, width: number, height: number, reach: number): Float32Array {
  const person = boxMean(
    matte.map((share) => (share < PERSON ? 0 : 1)),
    width,
    height,
    reach,
  );
  return person.map((share) => (share < 0.5 / (2 * reach + 1) ** 2 ? 1 : 0));
}

interface Level {
  readonly width: number;
  readonly height: number;
  /** Per cell: known share, then colour × known share (4 + alpha kept as a fourth channel). */
  readonly weight: Float32Array;
  readonly colour: Float32Array;
}

/** Fills unknown cells from ever coarser means of the known ones around (pull, then push). */
function fillUnknown({ width, height, pixels }: Picture, known: Float32Array): Uint8ClampedArray {
  const colour = new Float32Array(width * height * 4);
  for (let i = 0; i < colour.length; i++) colour[i] = pixels[i]! * known[i >> 2]!;
  const levels: Level[] = [{ width, height, weight: known, colour }];
  for (let level = levels[0]!; level.width > 1 || level.height > 1; ) {
    level = halve(level);
    levels.push(level);
  }
  let filled: Float32Array = normalise(levels.at(-1)!);
  for (let i = levels.length - 2; i >= 0; i--) filled = spread(levels[i]!, levels[i + 1]!, filled);
  return new Uint8ClampedArray(filled);
}

/** Adds up four cells each; weights saturate so that well known places do not outweigh near ones. */
function halve({ width, height, weight, colour }: Level): Level {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  const next: Level = { width: w, height: h, weight: new Float32Array(w * h), colour: new Float32Array(w * h * 4) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      const to = (y >> 1) * w + (x >> 1);
      next.weight[to] = next.weight[to]! + weight[from]!;
      for (let c = 0; c < 4; c++) next.colour[to * 4 + c] = next.colour[to * 4 + c]! + colour[from * 4 + c]!;
    }
  }
  for (let i = 0; i < w * h; i++) {
    const full = next.weight[i]!;
    if (full <= 1) continue;
    for (let c = 0; c < 4; c++) next.colour[i * 4 + c] = next.colour[i * 4 + c]! / full;
    next.weight[i] = 1;
  }
  return next;
}

const normalise = ({ weight, colour }: Level) => colour.map((value, i) => value / Math.max(1e-6, weight[i >> 2]!));

/** Mixes each cell's own colour with what the coarser level says about its place. */
function spread(fine: Level, coarse: Level, filled: Float32Array): Float32Array {
  const out = new Float32Array(fine.colour.length);
  for (let y = 0; y < fine.height; y++) {
    const v = Math.max(0, (y - 0.5) / 2);
    const top = Math.min(coarse.height - 1, Math.floor(v));
    const below = Math.min(coarse.height - 1, top + 1);
    for (let x = 0; x < fine.width; x++) {
      const at = y * fine.width + x;
      const weight = fine.weight[at]!;
      const u = Math.max(0, (x - 0.5) / 2);
      const left = Math.min(coarse.width - 1, Math.floor(u));
      const right = Math.min(coarse.width - 1, left + 1);
      const [du, dv] = [Math.min(1, u - left), Math.min(1, v - top)];
      for (let c = 0; c < 4; c++) {
        const upper =
          filled[(top * coarse.width + left) * 4 + c]! * (1 - du) + filled[(top * coarse.width + right) * 4 + c]! * du;
        const lower =
          filled[(below * coarse.width + left) * 4 + c]! * (1 - du) +
          filled[(below * coarse.width + right) * 4 + c]! * du;
        out[at * 4 + c] = fine.colour[at * 4 + c]! + (1 - weight) * (upper * (1 - dv) + lower * dv);
      }
    }
  }
  return out;
}
