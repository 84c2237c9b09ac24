import { clamp, mix } from '../../../base/maths.ts';
import type { SubjectMesh } from '../mesh/mesh.ts';
import type { PreparedColours, Triple } from '../prepared.ts';
import { type FacePixels, luminance, median, redness } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';
import type { LipReading } from './lips.ts';

type Colour = [number, number, number];
const light = (colour: Triple) => luminance(...colour);
const scaled = (colour: Triple, by: number): Colour => [colour[0] * by, colour[1] * by, colour[2] * by];

/** Cheek points that show plain skin. */
const CHEEKS = [50, 280, 205, 425, 101, 330];
/** Skin of this luminance counts as normally lit. */
const NORMAL_LIGHT = 175;
/** Teeth in white light, relative to green. */
const IVORY: Triple = [1.05, 1, 0.88];

/** Measures the colours that invented parts (teeth, mouth, lashes) have to match. */
export function measureColours(
  mesh: SubjectMesh,
  pixels: FacePixels,
  lips: LipReading,
  frame: HeadFrame,
): PreparedColours {
  const skin = medianColour(CHEEKS.flatMap((vertex) => around(mesh, pixels, vertex, 0.05 * frame.iod)));
  const sclera = measureSclera(mesh, pixels, skin);
  const own = lips.open ? ownTeeth(mesh, pixels, lips, skin) : undefined;
  return {
    skin,
    lip: [0, 1, 2].map((c) => (lips.upper.rgb[c]! + lips.lower.rgb[c]!) / 2) as Colour,
    sclera,
    tooth: own ?? likelyTeeth(sclera, skin),
    lash: measureLash(mesh, pixels, frame),
    light: clamp(light(skin) / NORMAL_LIGHT, 0.35, 1.15),
  };
}

function read(pixels: FacePixels, x: number, y: number): Colour {
  const colour: Colour = [0, 0, 0];
  pixels.read(x, y, colour);
  return colour;
}

/** Nine samples about a vertex, `reach` pixels to each side. */
function around({ positions }: SubjectMesh, pixels: FacePixels, vertex: number, reach: number): Colour[] {
  return Array.from({ length: 9 }, (_, i) =>
    read(
      pixels,
      positions[vertex * 2]! + ((i % 3) - 1) * reach,
      positions[vertex * 2 + 1]! + (Math.floor(i / 3) - 1) * reach,
    ),
  );
}

const medianColour = (colours: readonly Triple[]): Colour =>
  [0, 1, 2].map((c) => median(colours.map((colour) => colour[c]!))) as Colour;

/** The mean of colours between two shares of their number, darkest first. */
function band(colours: readonly Colour[], from: number, to: number): Colour | undefined {
  const sorted = [...colours].sort((a, b) => light(a) - light(b));
  const kept = sorted.slice(Math.floor(from * sorted.length), Math.ceil(to * sorted.length));
  if (kept.length === 0) return undefined;
  return [0, 1, 2].map((c) => kept.reduce((sum, colour) => sum + colour[c]!, 0) / kept.length) as Colour;
}

/** Samples between two rows of vertices: every column, at the given shares of the way down. */
function between(
  { positions }: SubjectMesh,
  pixels: FacePixels,
  upper: Uint16Array,
  lower: Uint16Array,
  shares: readonly number[],
): Colour[] {
  const colours: Colour[] = [];
  for (let i = 1; i < upper.length - 1; i++) {
    const [a, b] = [upper[i]! * 2, lower[i]! * 2];
    for (const t of shares) {
      colours.push(read(pixels, mix(positions[a]!, positions[b]!, t), mix(positions[a + 1]!, positions[b + 1]!, t)));
    }
  }
  return colours;
}

/** The brighter part of what lies between the lids beside the irises. */
function measureSclera(mesh: SubjectMesh, pixels: FacePixels, skin: Colour): Colour {
  const shares = [0.35, 0.45, 0.55, 0.65, 0.75];
  const inner = (row: Uint16Array) => row.subarray(2, row.length - 2);
  const inside = [
    ...between(mesh, pixels, inner(mesh.rows.rightUpper), inner(mesh.rows.rightLower), shares),
    ...between(mesh, pixels, inner(mesh.rows.leftUpper), inner(mesh.rows.leftLower), shares),
  ];
  const pale = inside.filter((colour) => redness(...colour) < redness(...skin));
  return band(pale.length > 20 ? pale : inside, 0.72, 0.97) ?? skin;
}

/** Skin in white light, relative to green: what skin differs from this by is the light's own tint. */
const WHITE_LIT_SKIN: Triple = [1.28, 1, 0.84];
/** Pale skin is no sign of green light: the tint's red hardly falls. */
const LEAST_TINT: Triple = [0.96, 1, 0.5];
/** Teeth in white light, relative to green: the palest and the warmest that look right. */
const COOL_TEETH: Triple = [1, 1, 0.96];
const WARM_TEETH: Triple = [1.1, 1, 0.82];

/** The tint of the light on the face, relative to green. */
const lightTint = (skin: Colour): Colour =>
  [0, 1, 2].map((c) => clamp(skin[c]! / Math.max(1, skin[1]!) / WHITE_LIT_SKIN[c]!, LEAST_TINT[c]!, 1.3)) as Colour;

/** The luminance teeth would have in this light, warmer than white and tinted mostly like the light. */
function likelyTeeth(sclera: Colour, skin: Colour): Colour {
  const wanted = Math.min(Math.max(1.05 * light(sclera), 0.98 * light(skin)), Math.max(1.12 * light(skin), 150));
  const tint = lightTint(skin);
  const tinted = IVORY.map((value, c) => mix(1, tint[c]!, 0.7) * value) as Colour;
  return withLuminance(tinted, clamp(wanted, 60, 228));
}

const withLuminance = (colour: Colour, wanted: number): Colour => {
  const bright = scaled(colour, wanted / Math.max(1e-3, light(colour)));
  return scaled(bright, Math.min(1, 245 / Math.max(...bright)));
};

/** Takes out the lips' red that blur mixes into small teeth. */
function asTeeth(colour: Colour, skin: Colour): Colour {
  const tint = lightTint(skin);
  const bounded = colour.map((value, c) => {
    const share = mix(1, tint[c]!, 0.7);
    const [low, high] = [
      Math.min(COOL_TEETH[c]!, WARM_TEETH[c]!) * share,
      Math.max(COOL_TEETH[c]!, WARM_TEETH[c]!) * share,
    ];
    return clamp(value / Math.max(1, colour[1]!), low, high);
  }) as Colour;
  return withLuminance(bounded, light(colour));
}

/** The photo's own teeth, where it shows any: pale pixels between parted lips. */
function ownTeeth(mesh: SubjectMesh, pixels: FacePixels, lips: LipReading, skin: Colour): Colour | undefined {
  const shares = Array.from({ length: 12 }, (_, i) => (i + 0.5) / 12);
  const inside = between(mesh, pixels, mesh.rows.innerUpper, mesh.rows.innerLower, shares);
  const reddest = 0.6 * Math.min(lips.upper.red, lips.lower.red);
  const pale = inside.filter((colour) => redness(...colour) < reddest && light(colour) > 0.45 * light(skin));
  if (pale.length < inside.length * 0.06) return undefined;
  const colour = band(pale, 0.65, 0.95);
  if (!colour || light(colour) < 0.6 * light(skin)) return undefined;
  return asTeeth(scaled(colour, 1.08), skin);
}

/** The darkest fifth along the upper lids. */
function measureLash(mesh: SubjectMesh, pixels: FacePixels, frame: HeadFrame): Colour {
  const colours: Colour[] = [];
  for (const row of [mesh.rows.rightUpper, mesh.rows.leftUpper]) {
    for (const vertex of row) {
      for (const by of [-0.025, -0.012, 0]) {
        const shift = by * frame.iod;
        const { y } = frame.axes;
        colours.push(
          read(pixels, mesh.positions[vertex * 2]! + y[0] * shift, mesh.positions[vertex * 2 + 1]! + y[1] * shift),
        );
      }
    }
  }
  return band(colours, 0, 0.2) ?? [40, 30, 28];
}
