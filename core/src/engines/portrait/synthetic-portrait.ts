import type { Picture } from '../../media/frame.ts';
import type { Shape } from '../../motion/pose.ts';
import type { Field, Placement, PreparedEye, PreparedPortrait } from './prepared.ts';

const STEP = 0.15; // IOD between vertices
const LEFT = -1.8;
const TOP = -1.5;
const COLUMNS = 25;
const ROWS = 25;
const SLIT = 17; // the row of the mouth
const FROM = 9; // its corners
const TO = 15;
const PX_PER_IOD = 60;
const ORIGIN_X = 120;
const ORIGIN_Y = 110;
/** A picture this large holds the synthetic face, at scale 1. */
export const SYNTHETIC_SIZE = { width: 240, height: 260 } as const;

const HAT_CENTRES = [-0.82, -0.55, -0.27, 0, 0.27, 0.55, 0.82];

/**
 * A prepared portrait without a photo: a curved grid with a slit for a mouth and two eyes, and just enough fields to open,
 * close and turn them. For tests that have to know every vertex; `open` says whether the lips count as parted in the photo.
 */
export function syntheticPortrait(open = false): PreparedPortrait {
  const head: number[] = [];
  const add = (x: number, y: number, z: number) => head.push(x, y, z) / 3 - 1;
  for (let j = 0; j < ROWS; j++) {
    for (let i = 0; i < COLUMNS; i++) {
      const x = LEFT + i * STEP;
      const y = TOP + j * STEP;
      add(x, y, 0.35 * (x * x + 0.5 * (y - 0.3) ** 2) - 0.6);
    }
  }
  const lower = [FROM, TO].map((i) => SLIT * COLUMNS + i);
  for (let i = FROM + 1; i < TO; i++) {
    const k = (SLIT * COLUMNS + i) * 3;
    lower.splice(i - FROM, 0, add(head[k]!, head[k + 1]!, head[k + 2]!));
  }
  const faceTriangles = gridTriangles(lower);
  const eyes = [eyeAt(-0.5, add), eyeAt(0.5, add)] as const;
  const count = head.length / 3;
  const upper = Array.from({ length: TO - FROM + 1 }, (_, k) => SLIT * COLUMNS + FROM + k);
  const follow = new Float32Array(count).fill(1);
  for (let k = 0; k < COLUMNS * ROWS; k++) {
    const edge = k % COLUMNS === 0 || k % COLUMNS === COLUMNS - 1 || k < COLUMNS || k >= COLUMNS * (ROWS - 1);
    if (edge) follow[k] = 0;
  }
  return {
    width: SYNTHETIC_SIZE.width,
    height: SYNTHETIC_SIZE.height,
    face: { x: 40, y: 30, width: 160, height: 200 },
    iod: PX_PER_IOD,
    yaw: 0,
    pitch: 0,
    roll: 0,
    axes: { origin: [ORIGIN_X, ORIGIN_Y, 0], x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] },
    positions: Float32Array.from({ length: 2 * count }, (_, k) =>
      k % 2 === 0 ? ORIGIN_X + head[(k / 2) * 3]! * PX_PER_IOD : ORIGIN_Y + head[((k - 1) / 2) * 3 + 1]! * PX_PER_IOD,
    ),
    head: Float32Array.from(head),
    follow,
    torso: Float32Array.from({ length: count }, (_, k) => (k < COLUMNS * ROWS && k >= COLUMNS * (ROWS - 4) ? 1 : 0)),
    outer: new Uint16Array(0),
    mouthFill: Uint16Array.from(fillTriangles(upper, lower)),
    eyeFill: new Uint16Array(0),
    faceTriangles: Uint16Array.from(faceTriangles),
    fields: fieldsOf(head, upper, lower, eyes),
    hats: HAT_CENTRES.map((centre, k) => hatField(head, upper, lower, centre, HAT_CENTRES[k - 1], HAT_CENTRES[k + 1])),
    neutral: new Float32Array(3 * count),
    neutralWeights: {},
    mouth: {
      upper: Uint16Array.from(upper),
      lower: Uint16Array.from(lower),
      open,
      anchor: [0, TOP + SLIT * STEP, -0.4],
      width: (TO - FROM) * STEP,
    },
    eyes,
    glasses: false,
    colours: {
      skin: [200, 160, 140],
      lip: [170, 90, 90],
      sclera: [210, 205, 200],
      tooth: [220, 212, 195],
      lash: [40, 30, 28],
      light: 1,
    },
    limits: { yaw: [-0.2, 0.2], pitch: [-0.14, 0.17], roll: [-0.17, 0.17] },
    warnings: [],
  };
}

/** Triangles of the grid; those below the slit use the lower lip's own vertices. */
function gridTriangles(lower: readonly number[]): number[] {
  const triangles: number[] = [];
  const vertex = (i: number, j: number, below: boolean) =>
    below && j === SLIT && i >= FROM && i <= TO ? lower[i - FROM]! : j * COLUMNS + i;
  for (let j = 0; j < ROWS - 1; j++) {
    for (let i = 0; i < COLUMNS - 1; i++) {
      const below = j === SLIT;
      const [a, b] = [vertex(i, j, below), vertex(i + 1, j, below)];
      const [c, d] = [vertex(i, j + 1, false), vertex(i + 1, j + 1, false)];
      triangles.push(a, b, c, b, d, c);
    }
  }
  return triangles;
}

function fillTriangles(upper: readonly number[], lower: readonly number[]): number[] {
  return upper
    .slice(1)
    .flatMap((_, k) => [upper[k]!, upper[k + 1]!, lower[k]!, upper[k + 1]!, lower[k + 1]!, lower[k]!]);
}

/** An almond of 9 columns whose vertices belong to no triangle. */
function eyeAt(x: number, add: (x: number, y: number, z: number) => number): PreparedEye {
  const row = (side: number) =>
    Array.from({ length: 9 }, (_, k) => add(x - 0.24 + k * 0.06, side * 0.1 * Math.sin((k / 8) * Math.PI), -0.3));
  const upper = row(-1);
  const lower = row(1);
  lower[0] = upper[0]!;
  lower[8] = upper[8]!;
  return {
    upper: Uint16Array.from(upper),
    lower: Uint16Array.from(lower),
    iris: { x: ORIGIN_X + x * PX_PER_IOD, y: ORIGIN_Y, rx: 5.5, ry: 5.5 },
  };
}

/** A field from what it does to each vertex at weight 1; vertices it leaves alone are not stored. */
function fieldFrom(head: readonly number[], move: (vertex: number) => readonly [number, number, number]): Field {
  const index: number[] = [];
  const delta: number[] = [];
  for (let k = 0; k < head.length / 3; k++) {
    const by = move(k);
    if (by.every((value) => value === 0)) continue;
    index.push(k);
    delta.push(...by);
  }
  return { index: Uint16Array.from(index), delta: Float32Array.from(delta) };
}

/** 1 in the middle of the mouth, 0 at its corners and beyond. */
const across = (x: number) => Math.max(0, 1 - (x / 0.45) ** 2);

function fieldsOf(
  head: readonly number[],
  upper: readonly number[],
  lower: readonly number[],
  eyes: readonly [PreparedEye, PreparedEye],
): Partial<Record<Shape, Field>> {
  const seam = TOP + SLIT * STEP;
  const down = (k: number) => {
    const [x, y] = [head[3 * k]!, head[3 * k + 1]!];
    const below = lower.includes(k) || (y > seam + 0.01 && !upper.includes(k));
    return below && y < 1.9 ? 0.5 * across(x) * Math.max(0, 1 - (y - seam) / 1.2) : 0;
  };
  const up = (k: number) => (upper.includes(k) ? -0.08 * across(head[3 * k]!) : 0);
  const blink = (eye: PreparedEye) =>
    fieldFrom(head, (k) => {
      const at = eye.upper.indexOf(k);
      if (at <= 0 || at >= 8) return [0, 0, 0];
      return [0, head[eye.lower[at]! * 3 + 1]! - head[k * 3 + 1]!, 0];
    });
  return {
    jawOpen: fieldFrom(head, (k) => [0, down(k), 0.05 * down(k)]),
    mouthUpperUpLeft: fieldFrom(head, (k) => [0, up(k), 0]),
    mouthPressLeft: fieldFrom(head, (k) => [0, lower.includes(k) ? -0.1 * across(head[3 * k]!) : 0, 0]),
    eyeBlinkRight: blink(eyes[0]),
    eyeBlinkLeft: blink(eyes[1]),
  };
}

function hatField(
  head: readonly number[],
  upper: readonly number[],
  lower: readonly number[],
  centre: number,
  before = -1,
  after = 1,
): Field {
  return fieldFrom(head, (k) => {
    const inLower = lower.includes(k);
    if (!inLower && !upper.includes(k)) return [0, 0, 0];
    const s = head[3 * k]! / 0.45;
    const height = s < centre ? (s - before) / (centre - before) : (after - s) / (after - centre);
    return [0, Math.max(0, height) * (inLower ? -0.6 : 0.4), 0];
  });
}

/** A picture with soft detail everywhere, so that any shift of any part shows. */
export function syntheticStill(): Picture {
  const { width, height } = SYNTHETIC_SIZE;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      pixels[at] = 150 + 60 * Math.sin(x / 5) * Math.cos(y / 7);
      pixels[at + 1] = 120 + 50 * Math.sin(x / 9 + y / 6);
      pixels[at + 2] = 110 + 50 * Math.cos(x / 6 - y / 11);
      pixels[at + 3] = 255;
    }
  }
  return { width, height, pixels };
}

/** The placement that shows the synthetic picture as it is. */
export const syntheticPlacement: Placement = { x: 0, y: 0, scale: 1, ...SYNTHETIC_SIZE };
