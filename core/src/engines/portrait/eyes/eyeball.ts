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
 * eye instead of skin: the iris is completed from its own mirror image, the white goes on from the nearest white of its column.
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
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const x = left + i / density;
      const y = top + j / density;
      const seen = smooth(0, margin, insideBy(lens, x, y));
      let word = look(x, y);
      if (seen < 1) word = mixWords(hidden(lens, iris, sclera, margin, look, x, y), word, (seen * 256) | 0);
      pixels[j * width + i] = word;
    }
  }
  return { texture: { width, height, pixels, density, left, top }, iris };
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
function hidden(lens: Lens, iris: Iris, sclera: Triple, margin: number, look: Look, x: number, y: number): number {
  const dx = (x - iris.x) / iris.rx;
  const dy = (y - iris.y) / iris.ry;
  const radius = Math.hypot(dx, dy);
  const inIris = smooth(1.08, 0.96, radius);
  const outside = inIris < 1 ? white(lens, iris, sclera, margin, look, x, y) : 0;
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

/** The white at a hidden place: the nearest trusted white of its column, else the mean white of the eyes. */
function white(lens: Lens, iris: Iris, sclera: Triple, margin: number, look: Look, x: number, y: number): number {
  const mean = sclera[0] | (sclera[1] << 8) | (sclera[2] << 16) | 0xff000000;
  const s = Math.min(lens.length * 0.93, Math.max(lens.length * 0.07, (x - lens.x) * lens.dx + (y - lens.y) * lens.dy));
  const i = Math.min(lens.samples - 1, Math.round(s * 2));
  const t = (y - lens.y) * lens.dx - (x - lens.x) * lens.dy;
  const high = lens.top[i]! + margin;
  const low = lens.bottom[i]! - margin;
  if (low <= high) return mean;
  const inside = Math.min(low, Math.max(high, t));
  const fromX = lens.x + s * lens.dx - inside * lens.dy;
  const fromY = lens.y + s * lens.dy + inside * lens.dx;
  const radius = Math.hypot((fromX - iris.x) / iris.rx, (fromY - iris.y) / iris.ry);
  return mixWords(mean, look(fromX, fromY), (smooth(1.05, 1.25, radius) * 256) | 0);
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
