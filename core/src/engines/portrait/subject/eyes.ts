import type { FineRow } from '../mesh/subdivision.ts';
import { type EyePlaces, LEFT_EYE, RIGHT_EYE } from '../mesh/topology.ts';
import type { PreparedEye } from '../prepared.ts';
import { type FacePixels, median } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';

/** Radius of an iris in IOD: it is nearly the same on all people. */
const IRIS_RADIUS = 0.092;
/** Landmarks of the irises' centres: the subject's right and left. */
const IRIS_CENTRES = [468, 473] as const;
const CHEEKS = [50, 280, 101, 330, 205, 425];
const EYES: readonly EyePlaces[] = [RIGHT_EYE, LEFT_EYE];

/** Both eyes as they are drawn, the image's left one first. `points` are landmarks with irises, pixels; `scale` from `fitDrawnEyes`. */
export function prepareEyes(
  points: Float32Array,
  rows: Readonly<Record<FineRow, Uint16Array>>,
  frame: HeadFrame,
  scale: number,
): [PreparedEye, PreparedEye] {
  const iris = (centre: number) => {
    const r = IRIS_RADIUS * scale * frame.iod;
    return { x: points[centre * 3]!, y: points[centre * 3 + 1]!, rx: r * Math.cos(frame.yaw), ry: r };
  };
  return [
    { upper: rows.rightUpper, lower: rows.rightLower, iris: iris(IRIS_CENTRES[0]) },
    { upper: rows.leftUpper.toReversed(), lower: rows.leftLower.toReversed(), iris: iris(IRIS_CENTRES[1]) },
  ];
}

/** Irises of this radius and more, IOD, are drawn ones: the landmarks' eyes are then too small. */
const DRAWN_RADIUS = 0.15;
const LARGEST_RADIUS = 0.2;
/** A drawn iris is this much darker than the white around it, as a share of the skin's luminance: so far out, natural eyes show whites or skin. */
const LEAST_CONTRAST = 0.24;
/** More contrast than this at one place counts no further: glints and lashes would decide alone. */
const MOST_CONTRAST = 0.42;

/**
 * Cartoons have eyes up to twice as large as landmarks believe. Measures the irises; where they are drawn large, lays the
 * eye's landmarks around them. Returns how much larger than natural irises are (1 for people).
 */
export function fitDrawnEyes(points: Float32Array, pixels: FacePixels, frame: HeadFrame): number {
  const skin = median(CHEEKS.map((vertex) => pixels.luminance(points[vertex * 3]!, points[vertex * 3 + 1]!)));
  const tries: { radius: number; contrast: number; irises: Iris[] }[] = [];
  for (let radius = DRAWN_RADIUS; radius <= LARGEST_RADIUS; radius += 0.006) {
    const irises = IRIS_CENTRES.map((centre) => findIris(points, centre, radius, MOST_CONTRAST * skin, pixels, frame));
    tries.push({ radius, contrast: Math.min(...irises.map((iris) => iris.contrast)), irises });
  }
  const most = Math.max(...tries.map(({ contrast }) => contrast));
  if (most < LEAST_CONTRAST * skin) return 1;
  const best = tries.filter(({ contrast }) => contrast > 0.97 * most);
  const { radius, irises } = best[best.length >> 1]!;
  EYES.forEach((eye, side) => {
    const centre = IRIS_CENTRES[side]!;
    points[centre * 3] = irises[side]!.x;
    points[centre * 3 + 1] = irises[side]!.y;
    spreadEye(points, eye, centre, radius * frame.iod, frame);
  });
  return radius / IRIS_RADIUS;
}

interface Iris {
  readonly x: number;
  readonly y: number;
  readonly contrast: number;
}

/** Where a circle of `radius` IOD near an iris brightens most outwards at its sides. */
function findIris(
  points: Float32Array,
  centre: number,
  radius: number,
  most: number,
  pixels: FacePixels,
  { iod }: HeadFrame,
): Iris {
  let best: Iris = { x: 0, y: 0, contrast: -Infinity };
  for (let shift = 0; shift < 25; shift++) {
    const x = points[centre * 3]! + ((shift % 5) - 2) * 0.02 * iod;
    const y = points[centre * 3 + 1]! + (Math.floor(shift / 5) - 2) * 0.02 * iod;
    const contrast = sideContrast(pixels, x, y, radius * iod, 0.02 * iod, most);
    if (contrast > best.contrast) best = { x, y, contrast };
  }
  return best;
}

/** How much brighter it is just outside a circle than just inside, at its left or right side, whichever shows less. */
function sideContrast(pixels: FacePixels, x: number, y: number, radius: number, step: number, most: number): number {
  const side = (sign: number) => {
    let sum = 0;
    for (let i = -3; i <= 3; i++) {
      const [dx, dy] = [sign * Math.cos(i * 0.2), Math.sin(i * 0.2)];
      const out = pixels.luminance(x + dx * (radius + step), y + dy * (radius + step));
      const inside = pixels.luminance(x + dx * (radius - step), y + dy * (radius - step));
      sum += Math.min(most, out - inside);
    }
    return sum / 7;
  };
  return Math.min(side(-1), side(1));
}

/** A drawn eye's opening, in radii of its iris: half its width and height, and how far below the iris its middle lies. */
const DRAWN_WIDTH = 1.5;
const DRAWN_HEIGHT = 1.12;
const DRAWN_BELOW = 0.12;
/** Drawn eyes leave little room above: their crease keeps this share of its distance from the lid. */
const CREASE_SHARE = 0.4;

/** Lays an eye's lids around its iris, `radius` in pixels; the crease comes nearer, the skin below keeps its distance. */
function spreadEye(points: Float32Array, eye: EyePlaces, centre: number, radius: number, { axes }: HeadFrame): void {
  const middle = eye.upper.length >> 1;
  const read = (vertex: number) => [points[vertex * 3]!, points[vertex * 3 + 1]!] as const;
  const length = Math.hypot(axes.y[0], axes.y[1]);
  const down = [axes.y[0] / length, axes.y[1] / length] as const;
  const [upper, lower, outer, inner] = [eye.upper[middle]!, eye.lower[middle]!, eye.outer, eye.inner].map(read);
  const along = (p: readonly [number, number]) => p[0] * down[0] + p[1] * down[1];
  const across = (p: readonly [number, number]) => p[0] * down[1] - p[1] * down[0];
  const [v, u] = [(along(upper!) + along(lower!)) / 2, (across(outer!) + across(inner!)) / 2];
  const tall = (2 * DRAWN_HEIGHT * radius) / Math.max(1, along(lower!) - along(upper!));
  const wide = (2 * DRAWN_WIDTH * radius) / Math.max(1, Math.abs(across(inner!) - across(outer!)));
  const iris = read(centre);
  const moves = new Map<number, readonly [number, number]>();
  for (const vertex of new Set([...eye.upper, ...eye.lower])) {
    const at = read(vertex);
    const toDown = along(iris) + DRAWN_BELOW * radius + (along(at) - v) * tall - along(at);
    const toSide = across(iris) + (across(at) - u) * wide - across(at);
    moves.set(vertex, [toDown * down[0] + toSide * down[1], toDown * down[1] - toSide * down[0]]);
  }
  eye.crease.forEach((vertex, i) => {
    const lid = eye.upper[i + 1]!;
    const [[x, y], [lidX, lidY], [dx, dy]] = [read(vertex), read(lid), moves.get(lid)!];
    moves.set(vertex, [dx + (1 - CREASE_SHARE) * (lidX - x), dy + (1 - CREASE_SHARE) * (lidY - y)]);
  });
  eye.below.forEach((vertex, i) => {
    moves.set(vertex, moves.get(eye.lower[i + 2]!)!);
  });
  for (const [vertex, [dx, dy]] of moves) {
    points[vertex * 3] = points[vertex * 3]! + dx;
    points[vertex * 3 + 1] = points[vertex * 3 + 1]! + dy;
  }
}
