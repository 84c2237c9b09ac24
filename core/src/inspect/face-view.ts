import type { Picture } from '../media/frame.ts';

/** Where the upright face lies in a picture: between the outer eye corners, one eye distance in pixels, turned clockwise in radians. */
export interface FaceSquare {
  readonly x: number;
  readonly y: number;
  readonly unit: number;
  readonly cos: number;
  readonly sin: number;
}

/** Points that hold the square: brow bridge, eye corners, nose bridge and sides, cheekbones. They do not speak. */
const ANCHORS = [33, 133, 263, 362, 168, 6, 197, 195, 5, 98, 327, 234, 454, 127, 356, 10, 151, 9] as const;

/**
 * Makes a reader of face squares for one clip. The first face sets where the anchors lie in a square; later ones are fitted to it
 * as a whole, so that the square holds still where single points tremble.
 */
export function createSquareReader(): (points: Float32Array) => FaceSquare {
  let anchors: Float64Array | null = null;
  return (points) => {
    anchors ??= readAnchors(points);
    let [mx, my, ax, ay] = [0, 0, 0, 0];
    ANCHORS.forEach((p, i) => {
      mx += points[p * 3]! / ANCHORS.length;
      my += points[p * 3 + 1]! / ANCHORS.length;
      ax += anchors![i * 2]! / ANCHORS.length;
      ay += anchors![i * 2 + 1]! / ANCHORS.length;
    });
    let [re, im, size] = [0, 0, 0];
    ANCHORS.forEach((p, i) => {
      const [u, v] = [anchors![i * 2]! - ax, anchors![i * 2 + 1]! - ay];
      const [x, y] = [points[p * 3]! - mx, points[p * 3 + 1]! - my];
      re += u * x + v * y;
      im += u * y - v * x;
      size += u * u + v * v;
    });
    const [a, b] = [re / size, im / size]; // scale · cos, scale · sin
    const unit = Math.hypot(a, b);
    return { x: mx - (a * ax - b * ay), y: my - (b * ax + a * ay), unit, cos: a / unit, sin: b / unit };
  };
}

function readAnchors(points: Float32Array): Float64Array {
  const [rx, ry, lx, ly] = [points[33 * 3]!, points[33 * 3 + 1]!, points[263 * 3]!, points[263 * 3 + 1]!];
  const unit2 = (lx - rx) ** 2 + (ly - ry) ** 2;
  const anchors = new Float64Array(ANCHORS.length * 2);
  ANCHORS.forEach((p, i) => {
    const [x, y] = [points[p * 3]! - (rx + lx) / 2, points[p * 3 + 1]! - (ry + ly) / 2];
    anchors[i * 2] = (x * (lx - rx) + y * (ly - ry)) / unit2;
    anchors[i * 2 + 1] = (y * (lx - rx) - x * (ly - ry)) / unit2;
  });
  return anchors;
}

/** A box in a face square, in eye distances: x to the image's right and y down from between the eyes. */
export interface FaceBoxArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Grey levels of one box, row by row. */
export interface GreyPatch {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Samples `box` of the face at `density` pixels per eye distance, bilinear, 2 × 2 taps where that shrinks. Reuses `into` when it fits. */
export function readGrey(
  picture: Picture,
  at: FaceSquare,
  box: FaceBoxArea,
  density: number,
  into?: GreyPatch,
): GreyPatch {
  const width = Math.round(box.width * density);
  const height = Math.round(box.height * density);
  const patch =
    into?.width === width && into.height === height
      ? into
      : { width, height, values: new Float32Array(width * height) };
  const step = at.unit / density;
  const taps = step > 1.25 ? 2 : 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let tap = 0; tap < taps * taps; tap++) {
        const u = box.x * at.unit + (column + ((tap % taps) + 0.5) / taps) * step;
        const v = box.y * at.unit + (row + (Math.floor(tap / taps) + 0.5) / taps) * step;
        sum += greyAt(picture, at.x + u * at.cos - v * at.sin, at.y + u * at.sin + v * at.cos);
      }
      patch.values[row * width + column] = sum / (taps * taps);
    }
  }
  return patch;
}

/** Grey 0..255 at a point whose pixel centres lie at .5; beyond the border the border goes on. */
function greyAt({ width, height, pixels }: Picture, x: number, y: number): number {
  const px = Math.min(width - 1.001, Math.max(0, x - 0.5));
  const py = Math.min(height - 1.001, Math.max(0, y - 0.5));
  const left = Math.floor(px);
  const top = Math.floor(py);
  const [fx, fy] = [px - left, py - top];
  const at = (top * width + left) * 4;
  const grey = (i: number) => 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
  const upper = grey(at) * (1 - fx) + grey(at + 4) * fx;
  const lower = grey(at + width * 4) * (1 - fx) + grey(at + width * 4 + 4) * fx;
  return upper * (1 - fy) + lower * fy;
}
