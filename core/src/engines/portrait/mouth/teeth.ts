import { mix, smooth } from '../../../base/maths.ts';
import { randomFrom } from '../../../base/random.ts';
import type { Triple } from '../prepared.ts';

/** One row of teeth as RGBA words, straight alpha. Texel (i, j) shows u = `left` + i / `density`, v = `top` + j / `density` (IOD, v = 0 at the incisal edge). */
export interface TeethTexture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
  readonly density: number;
  readonly left: number;
  readonly top: number;
}

/** The shape of a row from the middle outwards, in IOD (1 IOD is about 63 mm). */
interface Row {
  /** +1: the teeth hang down from the gum; -1: they stand up. */
  readonly down: 1 | -1;
  /** Where each tooth ends sideways; the first value is the mid line. */
  readonly limits: readonly number[];
  /** How far below the front edge each incisal edge lies. */
  readonly edges: readonly number[];
  readonly heights: readonly number[];
  /** How far the row rises at |u| = 0.5: the smile's arc. */
  readonly arc: number;
}

/** Average adult proportions; premolars and beyond are narrowed by perspective. */
const UPPER: Row = {
  down: 1,
  limits: [0, 0.128, 0.228, 0.33, 0.415, 0.485, 0.54],
  edges: [0, -0.013, -0.003, -0.018, -0.03, -0.04],
  heights: [0.165, 0.145, 0.16, 0.13, 0.12, 0.11],
  arc: 0.055,
};
const LOWER: Row = {
  down: -1,
  limits: [0, 0.082, 0.168, 0.262, 0.35, 0.425, 0.49],
  edges: [0, 0.003, -0.004, 0.006, 0.012, 0.02],
  heights: [0.13, 0.13, 0.14, 0.12, 0.11, 0.1],
  arc: 0.045,
};
const CENTRAL = 0;
const CANINE = 2;
const SIDE = 0.6; // IOD: half the width of a texture
const REACH = 0.3; // IOD of teeth and gum beyond the incisal edge
const BEYOND = 0.06; // IOD of room before the edge
const GUM: Triple = [0.66, 0.36, 0.36]; // of the tooth colour

/** Both rows, painted once per subject: `density` texels per IOD, `tooth` the photo's own tooth colour (0..255). */
export function paintTeeth(tooth: Triple, density: number): { upper: TeethTexture; lower: TeethTexture } {
  return { upper: paintRow(UPPER, tooth, density, 1), lower: paintRow(LOWER, tooth, density, 2) };
}

/** What varies by chance from tooth to tooth. */
interface Character {
  readonly edge: number;
  readonly light: number;
  readonly lean: number;
}

function paintRow(row: Row, tooth: Triple, density: number, seed: number): TeethTexture {
  const random = randomFrom(seed, 'teeth');
  const characters: Character[] = Array.from({ length: 12 }, () => ({
    edge: (random() - 0.5) * 0.008,
    light: 1 + (random() - 0.5) * 0.05,
    lean: (random() - 0.5) * 0.006,
  }));
  const width = Math.ceil(SIDE * 2 * density);
  const height = Math.ceil((REACH + BEYOND) * density);
  const left = -SIDE;
  const top = row.down > 0 ? -REACH : -BEYOND;
  const pixels = new Int32Array(width * height);
  const colour = [0, 0, 0, 0] as [number, number, number, number];
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const sum = [0, 0, 0, 0];
      for (let sub = 0; sub < 4; sub++) {
        const u = left + (i + (sub & 1 ? 0.25 : -0.25)) / density;
        const v = top + (j + (sub & 2 ? 0.25 : -0.25)) / density;
        shadeTooth(row, tooth, characters, u, v, colour);
        for (let c = 0; c < 3; c++) sum[c]! += colour[c]! * colour[3];
        sum[3]! += colour[3];
      }
      pixels[j * width + i] = packed(sum as [number, number, number, number]);
    }
  }
  bleed(pixels, width, height);
  return { width, height, pixels, density, left, top };
}

function packed(sum: readonly [number, number, number, number]): number {
  if (sum[3] === 0) return 0;
  const byte = (value: number) => Math.min(255, Math.round(value));
  return (
    byte(sum[0] / sum[3]) | (byte(sum[1] / sum[3]) << 8) | (byte(sum[2] / sum[3]) << 16) | (byte(sum[3] * 63.75) << 24)
  );
}

/** Gives see-through texels the colour of their column's nearest tooth, so that bilinear samples show no dark fringe. */
function bleed(pixels: Int32Array, width: number, height: number): void {
  for (let i = 0; i < width; i++) {
    for (const step of [1, -1]) {
      let last = 0;
      for (let j = step > 0 ? 0 : height - 1; j >= 0 && j < height; j += step) {
        const word = pixels[j * width + i]!;
        if (word >>> 24 > 0) last = word & 0xffffff;
        else if ((word & 0xffffff) === 0) pixels[j * width + i] = last;
      }
    }
  }
}

/** The colour (0..255) and cover (0..1) of a row at (u, v), written to `out`. */
function shadeTooth(
  row: Row,
  tooth: Triple,
  characters: readonly Character[],
  u: number,
  v: number,
  out: [number, number, number, number],
): void {
  out[0] = out[1] = out[2] = out[3] = 0;
  const side = Math.abs(u);
  let index = 0;
  while (index < 6 && side >= row.limits[index + 1]!) index++;
  if (index >= 6) return;
  const from = row.limits[index]!;
  const wide = row.limits[index + 1]! - from;
  const a = ((side - from) / wide) * 2 - 1;
  const own = characters[index * 2 + (u < 0 ? 0 : 1)]!;
  let rounding = 0.008 * a ** 4;
  if (index === CANINE) rounding += 0.014 * a * a;
  if (index === CENTRAL) rounding += 0.004 * a;
  const edge = row.edges[index]! - row.arc * (u / 0.5) ** 2 + own.edge + own.lean * a - row.down * rounding;
  // Depth from the incisal edge towards the gum.
  const depth = row.down * (edge - v);
  if (depth < 0) return;
  const tall = row.heights[index]!;
  const gumLine = tall * (1 - 0.2 * a * a);
  const height = depth / tall;
  const crack = Math.exp(-((((1 - Math.abs(a)) * wide) / 0.009) ** 2)) * (1 - 0.55 * smooth(0, 0.35, 1 - height));
  const round = 1 - 0.13 * Math.abs(a) ** 3;
  const far = mix(1, 0.5, smooth(0.12, 0.52, side));
  const shine = 1 + 0.07 * Math.exp(-(((height - 0.42) / 0.22) ** 2) - (a / 0.5) ** 2);
  const light = own.light * round * far * shine * (1 - 0.42 * crack);
  const warm = smooth(0.3, 1, height);
  const clear = 0.12 * (1 - smooth(0, 0.16, height));
  const gum = smooth(-0.008, 0.008, depth - gumLine);
  const warmth = [0.06, 0.11, 0.2];
  const glass = [0.82, 0.94, 1.06]; // enamel without dentine behind it: darker, bluish
  for (let c = 0; c < 3; c++) {
    const enamel = tooth[c]! * light * (1 - warmth[c]! * warm) * mix(1, glass[c]!, (clear / 0.12) * 0.35);
    const flesh = tooth[c]! * GUM[c]! * far * (0.9 + 0.1 * round);
    out[c] = mix(enamel, flesh, gum);
  }
  out[3] = 1;
}
