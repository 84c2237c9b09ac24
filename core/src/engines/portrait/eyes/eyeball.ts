import { smooth } from '../../../base/maths.ts';
import type { Rect } from '../../../media/frame.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import { blend4, mixWords, sample, type Texture } from '../../../render/cpu/texture.ts';
import type { Triple } from '../prepared.ts';

/** An iris on the output picture, px. */
export interface Iris {
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
}

/** An eyeball with nothing of the lids on it. */
export interface Eyeball {
  readonly texture: Texture;
  readonly iris: Iris;
}

/**
 * Takes the eyeball out of the photo and continues it under the lids, so that a lid that opens further or a gaze that moves uncovers
 * eye instead of skin: the iris is completed from its own mirror image, the white goes on from the nearest white along the lid.
 * `lens` lies over the resting lids, `photo` is the texture the face is drawn from, `margin` px at the lids are not trusted.
 */
export function liftEyeball(photo: Texture, lens: Lens, iris: Iris, sclera: Triple, margin: number): Eyeball {
  const box = boxAround(lens, iris);
  const { density } = photo;
  const width = Math.round(box.width * density);
  const height = Math.round(box.height * density);
  const left = box.x + 0.5;
  const top = box.y + 0.5;
  const pixels = new Int32Array(width * height);
  const look = (x: number, y: number) => sample(photo, (x - photo.left) * density, (y - photo.top) * density);
  const whites = {
    upper: whiteAlong(lens, iris, sclera, look, margin, 1),
    lower: whiteAlong(lens, iris, sclera, look, margin, -1),
  };
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const x = left + i / density;
      const y = top + j / density;
      const seen = smooth(-0.3 * margin, 0.7 * margin, insideBy(lens, x, y));
      let word = look(x, y);
      if (seen < 1) word = mixWords(hidden(lens, iris, whites, margin, look, x, y), word, (seen * 256) | 0);
      pixels[j * width + i] = word;
    }
  }
  return { texture: { width, height, pixels, density, left, top }, iris };
}

/** The white just inside one lid, one word per curve sample. */
interface Whites {
  readonly upper: Int32Array;
  readonly lower: Int32Array;
}

/** Of the eyes' mean white: how dark the shadow of a lid may leave it. Darker pixels are lashes. */
const DARKEST = { upper: 0.38, lower: 0.74 } as const;

/**
 * Reads the white along the inside of a lid (`down` 1: the upper one, -1: the lower one). Where the iris or a corner lies there,
 * it is carried over from both sides, and the row is smoothed so that no lash or vein becomes a streak.
 */
function whiteAlong(lens: Lens, iris: Iris, sclera: Triple, look: Look, margin: number, down: 1 | -1): Int32Array {
  const count = lens.samples;
  const values = new Float32Array(count * 3);
  const trust = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const s = i / 2;
    const t = down > 0 ? lens.top[i]! + margin * 1.5 : lens.bottom[i]! - margin * 1.5;
    const x = lens.x + s * lens.dx - t * lens.dy;
    const y = lens.y + s * lens.dy + t * lens.dx;
    const radius = Math.hypot((x - iris.x) / iris.rx, (y - iris.y) / iris.ry);
    const room = (lens.bottom[i]! - lens.top[i]!) / Math.max(1e-3, margin);
    trust[i] = smooth(1.1, 1.3, radius) * smooth(3, 6, room) + 1e-4;
    const word = look(x, y);
    const least = down > 0 ? DARKEST.upper : DARKEST.lower;
    for (let c = 0; c < 3; c++) {
      values[3 * i + c] = Math.max(least * sclera[c]!, Math.min((word >>> (8 * c)) & 255, sclera[c]! * 1.05));
    }
  }
  const reach = lens.length / 8; // px: as wide as half an iris
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const sum = [0, 0, 0];
    let weight = 0;
    for (let k = 0; k < count; k++) {
      const w = trust[k]! * Math.exp(-(((k - i) / 2 / reach) ** 2)) + 1e-9 * trust[k]!;
      for (let c = 0; c < 3; c++) sum[c]! += w * values[3 * k + c]!;
      weight += w;
    }
    out[i] = (sum[0]! / weight) | ((sum[1]! / weight) << 8) | ((sum[2]! / weight) << 16) | 0xff000000;
  }
  return out;
}

function boxAround(lens: Lens, iris: Iris): Rect {
  const reach = lens.length / 2;
  const x = Math.floor(lens.x + (lens.dx * lens.length) / 2 - reach * 1.25);
  return {
    x,
    y: Math.floor(Math.min(iris.y - 2.2 * iris.ry, lens.y - iris.ry)),
    width: Math.ceil(reach * 2.5),
    height: Math.ceil(5 * iris.ry),
  };
}

/** px by which a point lies inside both lids; negative outside. */
function insideBy(lens: Lens, x: number, y: number): number {
  const s = (x - lens.x) * lens.dx + (y - lens.y) * lens.dy;
  const t = (y - lens.y) * lens.dx - (x - lens.x) * lens.dy;
  const i = Math.round(s * 2);
  if (i < 0 || i >= lens.samples) return -Math.max(-s, s - lens.length, 0.5);
  return Math.min(t - lens.top[i]!, lens.bottom[i]! - t);
}

type Look = (x: number, y: number) => number;

/** What a lid hides at (x, y). */
function hidden(lens: Lens, iris: Iris, whites: Whites, margin: number, look: Look, x: number, y: number): number {
  const dx = (x - iris.x) / iris.rx;
  const dy = (y - iris.y) / iris.ry;
  const radius = Math.hypot(dx, dy);
  const inIris = smooth(1.08, 0.96, radius);
  const outside = inIris < 1 ? white(lens, whites, x, y) : 0;
  if (inIris === 0) return outside;
  return mixWords(outside, irisAt(lens, iris, margin, look, dx, dy, radius), (inIris * 256) | 0);
}

/** The iris at a hidden place: as at the mirrored place, else as beside the pupil at the same distance from its centre. */
function irisAt(lens: Lens, iris: Iris, margin: number, look: Look, dx: number, dy: number, radius: number): number {
  const mirrored = iris.y - dy * iris.ry;
  const x = iris.x + dx * iris.rx;
  if (insideBy(lens, x, mirrored) >= margin) return look(x, mirrored);
  const side = dx < 0 ? -1 : 1;
  return look(iris.x + side * radius * iris.rx, iris.y + 0.12 * iris.ry);
}

/** The white at a hidden place: that of the nearer lid at its column. */
function white(lens: Lens, whites: Whites, x: number, y: number): number {
  const s = (x - lens.x) * lens.dx + (y - lens.y) * lens.dy;
  const t = (y - lens.y) * lens.dx - (x - lens.x) * lens.dy;
  const i = Math.min(lens.samples - 1, Math.max(0, Math.round(s * 2)));
  return t < (lens.top[i]! + lens.bottom[i]!) / 2 ? whites.upper[i]! : whites.lower[i]!;
}

/** The eyeball's word at an output position (px), bilinear. */
export function eyeballAt(texture: Texture, x: number, y: number): number {
  const u = (x - texture.left) * texture.density;
  const v = (y - texture.top) * texture.density;
  const column = u | 0;
  const row = v | 0;
  if (u < 0 || v < 0 || column >= texture.width - 1 || row >= texture.height - 1) return sample(texture, u, v);
  const at = row * texture.width + column;
  const { pixels, width } = texture;
  return blend4(
    pixels[at]!,
    pixels[at + 1]!,
    pixels[at + width]!,
    pixels[at + width + 1]!,
    ((u - column) * 256) | 0,
    ((v - row) * 256) | 0,
  );
}
