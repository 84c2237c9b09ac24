import { clamp, mix, smooth } from '../../../base/maths.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import type { Surface } from '../../../render/cpu/surface.ts';
import { sample, type Texture } from '../../../render/cpu/texture.ts';
import { over } from '../mouth/interior.ts';

const COLUMNS = 48; // of lid colour from corner to corner
const SHORTEST = 0.035; // IOD of lashes and liner above the lid's edge
const LONGEST = 0.3;
const BELOW_BROW = 0.7; // of the way from the lid to the brow is lid at most
const NEARLY = 0.85; // of the rise from the lid's dark edge to the brightest skin under the brow counts as skin
const LID_SHADE = 0.94; // lids are a little darker than the skin above them
const LINE = 0.011; // IOD: half width of the line along closed lids
const MASS = 0.018; // IOD below it over which the lashes lie together as a soft dark band: what closed eyes are seen by
const LASHES = 0.075; // IOD that single lashes hang below the line

const greyOf = (word: number) => 0.3 * (word & 255) + 0.59 * ((word >>> 8) & 255) + 0.11 * ((word >>> 16) & 255);

const grey3 = (colours: Float32Array, k: number) =>
  0.3 * colours[3 * k]! + 0.59 * colours[3 * k + 1]! + 0.11 * colours[3 * k + 2]!;

/** The bare skin of one upper lid: what a closing lid shows where the photo has lashes that point up. */
export class LidSkin {
  /** px above the lid's edge, in the photo, that lashes cover. */
  readonly reach: number;
  private readonly perIod: number;
  private readonly lash: readonly [number, number, number];
  /** 3 a column: the colour of the skin above the lashes. */
  private readonly skin = new Float32Array(3 * COLUMNS);
  /** 3 a column: the colour just above the lid in this frame. */
  private readonly hem = new Float32Array(3 * COLUMNS);
  private readonly raw = new Float32Array(3 * COLUMNS);

  /** `lens` lies over the resting lids, the brow begins `brow` px above them, `perIod` px make an IOD. */
  constructor(photo: Texture, lens: Lens, brow: number, perIod: number, lash: readonly [number, number, number]) {
    this.perIod = perIod;
    this.lash = lash;
    const look = (along: number, rise: number) => {
      const i = clamp(Math.round(along * (lens.samples - 1)), 0, lens.samples - 1);
      const s = along * lens.length;
      const t = rise > 0 ? lens.top[i]! - rise : lens.bottom[i]! - rise;
      const x = lens.x + s * lens.dx - t * lens.dy;
      const y = lens.y + s * lens.dy + t * lens.dx;
      return sample(photo, (x - photo.left) * photo.density, (y - photo.top) * photo.density);
    };
    const highest = clamp(BELOW_BROW * brow, SHORTEST * perIod, LONGEST * perIod);
    this.reach = lashReach(look, highest, SHORTEST * perIod);
    this.readSkin(look, highest);
  }

  private readSkin(look: Look, highest: number): void {
    const raw = new Float32Array(3 * COLUMNS);
    const to = Math.min(1.3 * this.reach, Math.max(highest, this.reach));
    for (let column = 0; column < COLUMNS; column++) {
      const words: number[] = [];
      for (let side = -2; side <= 2; side++) {
        const along = clamp((column + 0.5) / COLUMNS + side * 0.03);
        for (let step = 0; step < 5; step++) words.push(look(along, mix(0.9 * this.reach, to, step / 4)));
      }
      words.sort((a, b) => greyOf(a) - greyOf(b));
      // Of 25 places the 44th to 76th hundredth by brightness: lashes that stray up there are darker, glints are brighter.
      for (const word of words.slice(11, 19)) {
        for (let c = 0; c < 3; c++) raw[3 * column + c]! += ((word >>> (8 * c)) & 255) / 8;
      }
    }
    const greys = Array.from({ length: COLUMNS }, (_, k) => grey3(raw, k));
    const usual = greys.toSorted((a, b) => a - b)[COLUMNS >> 1]!;
    for (let column = 0; column < COLUMNS; column++) {
      let weight = 0;
      for (let k = 0; k < COLUMNS; k++) {
        // Columns darker than most are lash or brow: their neighbours speak for them.
        const trust = 0.02 + smooth(0.72, 0.95, greys[k]! / usual);
        const w = trust * Math.exp(-(((k - column) / 6) ** 2));
        weight += w;
        for (let c = 0; c < 3; c++) this.skin[3 * column + c]! += w * raw[3 * k + c]!;
      }
      for (let c = 0; c < 3; c++) this.skin[3 * column + c]! /= weight;
    }
  }

  /**
   * Draws the lid over `lens` (laid over the lids as they stand, with room for 1.2 `tall` px above), and the line where it meets the
   * other. `tall` px of skin above the edge are bare.
   */
  draw(surface: Surface, lens: Lens, blink: number, tall: number): void {
    const bare = smooth(0.2, 0.75, blink);
    const line = 0.85 * smooth(0.3, 0.9, blink);
    const width = LINE * this.perIod + 0.4;
    if (bare > 0) this.readHem(surface, lens, tall);
    const mass = MASS * this.perIod * smooth(0.35, 0.95, blink);
    const hang = LASHES * this.perIod * smooth(0.5, 1, blink);
    for (let y = lens.firstRow; y < lens.rowEnd; y++) {
      lens.scan(y, 1);
      for (let x = lens.from; x < lens.to; x++) {
        const k = x - lens.from;
        const along = lens.along[k]!;
        if (along <= 0 || along >= 1) continue;
        const rise = -lens.below[k]!;
        if (rise > 1.2 * tall || rise < -hang - 2.5 * mass - 3 * width) continue;
        const ends = smooth(0, 0.13, along) * smooth(0, 0.13, 1 - along);
        const arch = archAt(tall, along);
        const at = y * surface.width + x;
        let word = surface.pixels[at]!;
        const cover = bare * ends * smooth(1.2 * arch, 0.55 * arch, rise) * smooth(-0.75, 0.75, rise);
        if (cover > 0.004) word = this.layered(word, along, rise, arch, cover);
        const off = rise > 0 ? rise / width : -rise / (width + mass);
        let dark = line * Math.exp(-off * off);
        if (rise < 0 && hang > 1) dark = Math.max(dark, this.lashAt(along, -rise / hang) * 0.6 * line);
        dark *= smooth(0, 0.14, along) * smooth(0, 0.14, 1 - along);
        if (dark > 0.004) word = over(word, this.lash[0], this.lash[1], this.lash[2], dark);
        surface.pixels[at] = word;
      }
    }
  }

  /** Lid skin over `word`: rounded by a little light in the middle, darker where it nears the lashes. */
  private layered(word: number, along: number, rise: number, arch: number, cover: number): number {
    const place = clamp(along * COLUMNS - 0.5, 0, COLUMNS - 1.001);
    const column = place | 0;
    const part = place - column;
    const near = rise / (0.03 * this.perIod);
    const place01 = clamp(rise / arch);
    const light = LID_SHADE * (1 + 0.05 * Math.sin(Math.PI * place01) - 0.2 * Math.exp(-near * near));
    const { skin, hem } = this;
    const inner = smooth(1, 0.3, place01);
    const channel = (c: number) => {
      const from = 3 * column + c;
      const own = mix(skin[from]!, skin[from + 3]!, part) * light;
      return Math.min(255, mix(mix(hem[from]!, hem[from + 3]!, part), own, inner));
    };
    return over(word, channel(0), channel(1), channel(2), cover);
  }

  /** Reads the skin just above the lid as it was drawn this time, so that the lid's own joins it without a step. */
  private readHem(surface: Surface, lens: Lens, tall: number): void {
    const { hem, raw, skin } = this;
    for (let column = 0; column < COLUMNS; column++) {
      const along = (column + 0.5) / COLUMNS;
      const i = Math.min(lens.samples - 1, Math.round(along * (lens.samples - 1)));
      const t = lens.top[i]! - 1.1 * archAt(tall, along);
      const s = along * lens.length;
      const x = clamp(Math.round(lens.x + s * lens.dx - t * lens.dy), 0, surface.width - 1);
      const y = clamp(Math.round(lens.y + s * lens.dy + t * lens.dx), 0, surface.height - 1);
      const word = surface.pixels[y * surface.width + x]!;
      for (let c = 0; c < 3; c++) {
        const usual = skin[3 * column + c]!;
        raw[3 * column + c] = clamp((word >>> (8 * c)) & 255, 0.78 * usual, 1.06 * usual);
      }
    }
    for (let column = 0; column < COLUMNS; column++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = -3; k <= 3; k++) sum += raw[3 * clamp(column + k, 0, COLUMNS - 1) + c]!;
        hem[3 * column + c] = sum / 7;
      }
    }
  }

  /** How dark lashes are at a place along the lid, `depth` 0..1 of their length below it. */
  private lashAt(along: number, depth: number): number {
    if (depth >= 1) return 0;
    const spread = (along - 0.5) * 0.25 * depth; // they fan outwards
    const phase = (along - spread) * 17 + 0.35 * Math.sin(along * 23);
    const strand = Math.max(0, Math.cos(2 * Math.PI * phase));
    return strand * strand * (1 - depth) * (0.75 + 0.25 * Math.sin(along * 41));
  }
}

/** How high bare skin reaches at a place along a lid that is `tall` px in the middle. */
const archAt = (tall: number, along: number) => tall * (0.25 + 0.75 * Math.sqrt(Math.sin(Math.PI * along)));

type Look = (along: number, rise: number) => number;

/**
 * How far above the lid's edge lashes and liner reach: where the profile from the lid up to the brow first comes near its brightest,
 * the median over the columns.
 */
function lashReach(look: Look, highest: number, shortest: number): number {
  const heights: number[] = [];
  const steps = 24;
  for (let column = 0; column < COLUMNS; column++) {
    const along = 0.15 + (0.7 * column) / COLUMNS;
    const profile = Array.from({ length: steps }, (_, k) => greyOf(look(along, ((k + 1) / steps) * highest)));
    const dark = profile[0]!;
    const bright = Math.max(...profile);
    let top = 0;
    while (top < steps - 1 && profile[top]! < mix(dark, bright, NEARLY)) top++;
    heights.push(((top + 1) / steps) * highest);
  }
  heights.sort((a, b) => a - b);
  return clamp(heights[COLUMNS >> 1]!, shortest, highest);
}
