import { clamp, mix, smooth } from '../../../base/maths.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import type { Surface } from '../../../render/cpu/surface.ts';
import { sample } from '../../../render/cpu/texture.ts';
import type { HeadPose } from '../pose.ts';
import type { PreparedPortrait, Triple } from '../prepared.ts';
import { lightAt } from './side-light.ts';
import { paintTeeth, type TeethTexture } from './teeth.ts';

/** How the inside of the mouth stands in one frame; shifts in IOD, the rest 0..1. */
export interface MouthState {
  jawDown: number;
  jawSide: number;
  tongueUp: number;
  tongueOut: number;
  /** Lips pushed forward: the inside darkens and the lower teeth disappear behind them. */
  rounding: number;
  /** The lips' gap in the middle, IOD. */
  gap: number;
}

const TEETH_BEHIND = 0.1; // IOD from the lips back to the teeth
const UPPER_EDGE = 0.055; // IOD below the closed seam: where upper incisors end
const LOWER_EDGE = 0.016; // the lower row closes behind the upper one
const USUAL_WIDTH = 0.95; // IOD, mouth width that the teeth's proportions are drawn for
const SUNK = 0.08; // IOD: rounded lips rise over the lower teeth
const CORNER = 0.04; // IOD from each corner over which the inside appears
const SHADES = 256;

/** What lies behind the lips: cavity, tongue, both rows of teeth, their shade, and the wet rim of the lips. */
export class MouthInterior {
  private readonly anchor: Triple;
  private readonly teeth: { readonly upper: TeethTexture; readonly lower: TeethTexture };
  private readonly toothScale: number;
  private readonly light: number;
  private readonly rim: Triple;
  /** Teeth in the shade of teeth. */
  private readonly back: Triple;
  private readonly sideLight: Float32Array;
  private readonly perIod: number;
  /** Where the photo has the anchor beyond its projection, px. */
  private homeX = 0;
  private homeY = 0;
  /** Warm shade: red stays longest. `SHADES` steps from black. */
  private readonly warmRed = new Float32Array(SHADES + 1);
  private readonly warmGreen = new Float32Array(SHADES + 1);
  private readonly warmBlue = new Float32Array(SHADES + 1);
  private readonly spot = new Float64Array(2);
  /** Picture px → interior (IOD): u = m0·x + m1·y + m2, v = m3·x + m4·y + m5. */
  private readonly map = new Float64Array(6);
  private red = 0;
  private green = 0;
  private blue = 0;

  /**
   * `sharpness` is the detail of the photo in texels per IOD: teeth are painted no sharper than the face around them.
   * `sideLight` is how the light falls across the mouth (`readSideLight`).
   */
  constructor(prepared: PreparedPortrait, pose: HeadPose, sharpness: number, sideLight: Float32Array) {
    this.sideLight = sideLight;
    const { colours, mouth } = prepared;
    this.anchor = mouth.anchor;
    this.perIod = pose.scale;
    this.light = colours.light;
    this.rim = [colours.lip[0] * 0.5, colours.lip[1] * 0.4, colours.lip[2] * 0.42];
    this.back = [colours.tooth[0] * 0.5, colours.tooth[1] * 0.42, colours.tooth[2] * 0.4];
    this.toothScale = 0.93 * clamp(mouth.width / USUAL_WIDTH, 0.78, 1.08);
    this.teeth = paintTeeth(colours.tooth, clamp(sharpness, 60, 320));
    for (let k = 0; k <= SHADES; k++) {
      this.warmRed[k] = (k / SHADES) ** 0.72;
      this.warmGreen[k] = (k / SHADES) ** 0.98;
      this.warmBlue[k] = (k / SHADES) ** 1.02;
    }
    this.findHome(prepared, pose);
  }

  /** The mean distance between the inner lip edges in the photo and their projection: what the mesh knows and the camera model does not. */
  private findHome(prepared: PreparedPortrait, pose: HeadPose): void {
    let count = 0;
    for (const list of [prepared.mouth.upper, prepared.mouth.lower]) {
      for (const k of list) {
        const [x, y, z] = [prepared.head[3 * k]!, prepared.head[3 * k + 1]!, prepared.head[3 * k + 2]!];
        pose.projectStill(x, y, z, this.spot);
        this.homeX += pose.home[2 * k]! - this.spot[0]!;
        this.homeY += pose.home[2 * k + 1]! - this.spot[1]!;
        count++;
      }
    }
    this.homeX /= count;
    this.homeY /= count;
  }

  /** Lays the interior's coordinates over the picture: fixed to the skull, a little behind the lips. */
  private align(pose: HeadPose): void {
    const [x, y, z] = this.anchor;
    const depth = z + TEETH_BEHIND;
    const at = (du: number, dv: number): readonly [number, number] => {
      pose.projectTurned(x + du, y + dv, depth, this.spot);
      return [this.spot[0]! + this.homeX, this.spot[1]! + this.homeY];
    };
    const [ox, oy] = at(0, 0);
    const [ux, uy] = at(0.1, 0);
    const [vx, vy] = at(0, 0.1);
    const [a, b, c, d] = [(ux - ox) * 10, (vx - ox) * 10, (uy - oy) * 10, (vy - oy) * 10];
    const det = a * d - b * c;
    this.map[0] = d / det;
    this.map[1] = -b / det;
    this.map[2] = (b * oy - d * ox) / det;
    this.map[3] = -c / det;
    this.map[4] = a / det;
    this.map[5] = (c * ox - a * oy) / det;
  }

  /** Draws the inside through `lens` (already laid over the inner lip edges). */
  draw(surface: Surface, lens: Lens, pose: HeadPose, state: MouthState): void {
    this.align(pose);
    const { map } = this;
    const fade = 0.022 * this.perIod;
    const corner = (CORNER * this.perIod) / lens.length;
    for (let y = lens.firstRow; y < lens.rowEnd; y++) {
      lens.scan(y, fade);
      for (let x = lens.from; x < lens.to; x++) {
        const k = x - lens.from;
        const along = lens.along[k]!;
        const share = lens.share[k]! * smooth(0, corner, along) * smooth(0, corner, 1 - along);
        if (share <= 0.002) continue;
        const px = x + 0.5;
        const py = y + 0.5;
        const u = map[0]! * px + map[1]! * py + map[2]!;
        const v = map[3]! * px + map[4]! * py + map[5]!;
        this.shade(u, v, lens.below[k]! / this.perIod, lens.above[k]! / this.perIod, along * 2 - 1, state);
        const at = y * surface.width + x;
        const lit = lightAt(this.sideLight, along);
        surface.pixels[at] = over(
          surface.pixels[at]!,
          Math.min(255, this.red * lit),
          Math.min(255, this.green * lit),
          Math.min(255, this.blue * lit),
          share,
        );
      }
    }
  }

  /** Colour at (u, v), `below` and `above` IOD from the lips' edges, `side` -1..1 along the mouth. */
  private shade(u: number, v: number, below: number, above: number, side: number, state: MouthState): void {
    const { light } = this;
    const depth = clamp(Math.min(below, above) / 0.16);
    this.red = mix(58, 30, depth) * light;
    this.green = mix(24, 11, depth) * light;
    this.blue = mix(22, 11, depth) * light;
    // Rows that nearly bite show each other's backs in the notches between them, not the dark.
    const biting = 0.65 * (1 - smooth(0.02, 0.045, state.jawDown + SUNK * state.rounding));
    if (biting > 0) this.blend(this.back[0], this.back[1], this.back[2], biting);
    this.tongue(u, v, below, state);
    const near = Math.min(1, state.gap / 0.12);
    const shade =
      mix(0.56, 1, smooth(0, 0.042 * near + 1e-6, below)) *
      mix(0.8, 1, smooth(0, 0.04 * near + 1e-6, above)) *
      mix(0.8, 1, smooth(0, 0.14, state.gap)) *
      (1 - 0.72 * smooth(0.6, 1, Math.abs(side))) *
      (1 - 0.55 * state.rounding);
    const { toothScale } = this;
    this.tooth(
      this.teeth.lower,
      (u - state.jawSide) / toothScale,
      (v - LOWER_EDGE - state.jawDown - SUNK * state.rounding) / toothScale,
      shade * 0.78,
      1 - 0.75 * state.rounding,
    );
    if (state.tongueOut > 0) this.tongueTip(u, v, state);
    this.tooth(this.teeth.upper, u / toothScale, (v - UPPER_EDGE) / toothScale, shade, 1);
    this.wetRim(below, above, side, state.gap);
  }

  private blend(red: number, green: number, blue: number, share: number): void {
    this.red += (red - this.red) * share;
    this.green += (green - this.green) * share;
    this.blue += (blue - this.blue) * share;
  }

  private tooth(row: TeethTexture, u: number, v: number, shade: number, share: number): void {
    const i = (u - row.left) * row.density;
    const j = (v - row.top) * row.density;
    if (i < 0 || j < 0 || i >= row.width - 1 || j >= row.height - 1) return;
    const word = sample(row, i, j);
    const cover = (word >>> 24) * (share / 255);
    if (cover === 0) return;
    const step = (clamp(shade) * SHADES) | 0;
    this.blend(
      (word & 255) * this.warmRed[step]!,
      ((word >>> 8) & 255) * this.warmGreen[step]!,
      ((word >>> 16) & 255) * this.warmBlue[step]!,
      cover,
    );
  }

  private tongue(u: number, v: number, below: number, state: MouthState): void {
    const cover = smooth(0.06, 0.16, state.jawDown + 0.1 * state.tongueUp);
    if (cover === 0) return;
    const x = (u - state.jawSide) / 0.36;
    const y = (v - (LOWER_EDGE + state.jawDown + 0.075 - 0.12 * state.tongueUp)) / (0.15 + 0.03 * state.tongueUp);
    const inside = 1 - x * x - y * y;
    if (inside <= 0) return;
    const groove = 1 - 0.12 * Math.exp(-(((u - state.jawSide) / 0.06) ** 2));
    const lit =
      this.light *
      (0.45 + 0.55 * Math.sqrt(inside)) *
      groove *
      (1 - 0.4 * state.rounding) *
      mix(0.6, 1, smooth(0, 0.12, below));
    this.blend(160 * lit, 80 * lit, 77 * lit, cover * smooth(0, 0.3, inside));
  }

  private tongueTip(u: number, v: number, state: MouthState): void {
    const x = (u - state.jawSide) / 0.24;
    const y = (v - (LOWER_EDGE + state.jawDown - 0.02 + 0.1 * state.tongueOut)) / 0.13;
    const inside = 1 - x * x - y * y;
    if (inside <= 0) return;
    const lit = this.light * (0.6 + 0.4 * Math.sqrt(inside)) * mix(0.72, 1, smooth(0, 0.07, v - UPPER_EDGE + 0.02));
    this.blend(188 * lit, 96 * lit, 93 * lit, smooth(0, 0.2, inside) * smooth(0, 0.12, state.tongueOut));
  }

  /** The lips turn inwards and darken before the opening: a little of their colour spills over its edge. */
  private wetRim(below: number, above: number, side: number, gap: number): void {
    const strength = Math.min(1, gap / 0.1) * (1 - smooth(0.75, 1, Math.abs(side)));
    const lower = 0.4 * (1 - smooth(0, 0.022, above)) * strength;
    const upper = 0.4 * (1 - smooth(0, 0.014, below)) * strength;
    this.blend(this.rim[0], this.rim[1], this.rim[2], Math.max(lower, upper));
  }
}

/** `word` with a colour (0..255) laid over it by `share` 0..1; its alpha stays. */
export function over(word: number, red: number, green: number, blue: number, share: number): number {
  const r = word & 255;
  const g = (word >>> 8) & 255;
  const b = (word >>> 16) & 255;
  return (
    ((r + (red - r) * share + 0.5) & 255) |
    (((g + (green - g) * share + 0.5) & 255) << 8) |
    (((b + (blue - b) * share + 0.5) & 255) << 16) |
    (word & 0xff000000)
  );
}
