import type { Picture } from './frame.ts';

/** The part of a frame that shows the face: whole pixels, half-open, as `frame[y1:y2, x1:x2]`. */
export interface FaceBox {
  readonly y1: number;
  readonly y2: number;
  readonly x1: number;
  readonly x2: number;
}

const FRACTION_BITS = 11;
/** Fractions are counted in 2048ths, as OpenCV counts them. */
export const ONE = 1 << FRACTION_BITS;

/** A face cut out of a frame: RGB, `size` × `size`. */
export interface FaceCrop {
  readonly size: number;
  readonly pixels: Uint8Array;
}

/** For each of `size` samples, the pixel below it and how far it lies towards the next, in 2048ths; edges are repeated. */
export function planLinearAxis(
  length: number,
  size: number,
): { readonly from: Int32Array; readonly share: Int32Array } {
  const from = new Int32Array(size);
  const share = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const at = ((i + 0.5) * length) / size - 0.5;
    const below = Math.floor(at);
    const inside = below >= 0 && below < length - 1;
    from[i] = Math.min(Math.max(below, 0), length - 1);
    share[i] = inside ? Math.round((at - below) * ONE) : 0;
  }
  return { from, share };
}

/**
 * Cuts `frame[y1:y2, x1:x2]` and scales it as OpenCV's INTER_LINEAR does: four neighbours however much it shrinks, in whole numbers.
 * The box must lie inside the frame.
 */
export function cropFace(frame: Picture, box: FaceBox, size: number): FaceCrop {
  const across = planLinearAxis(box.x2 - box.x1, size);
  const down = planLinearAxis(box.y2 - box.y1, size);
  const pixels = new Uint8Array(size * size * 3);
  const source = frame.pixels;
  for (let row = 0, to = 0; row < size; row++) {
    const top = box.y1 + down.from[row]!;
    const v = down.share[row]!;
    const below = Math.min(top + 1, box.y2 - 1);
    for (let column = 0; column < size; column++, to += 3) {
      const left = box.x1 + across.from[column]!;
      const u = across.share[column]!;
      const right = Math.min(left + 1, box.x2 - 1);
      const a = (top * frame.width + left) * 4;
      const b = (top * frame.width + right) * 4;
      const c = (below * frame.width + left) * 4;
      const d = (below * frame.width + right) * 4;
      for (let k = 0; k < 3; k++) {
        const upper = source[a + k]! * (ONE - u) + source[b + k]! * u;
        const lower = source[c + k]! * (ONE - u) + source[d + k]! * u;
        pixels[to + k] = (upper * (ONE - v) + lower * v + ONE * (ONE / 2)) / (ONE * ONE);
      }
    }
  }
  return { size, pixels };
}
