import { smooth } from '../../../base/maths.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import { mixWords, sample, type Texture } from '../../../render/cpu/texture.ts';
import { over } from './interior.ts';

const DARKEST = 0.62; // how far lip skin darkens towards the inside of the mouth
const DEEP = 1.6; // margins over which it does: an edge is dark before the opening begins
const LIGHTER = 10; // grey levels: what is lighter than the lip's shaded edge by this much is tooth

/**
 * Paints what shows between parted lips out of a texture, in place: teeth of the photo would else cling to the lips' edges when they
 * move or close. Lip skin is mirrored inwards and darkened. `lens` lies over the parted lips, `margin` px of each edge are not trusted.
 */
export function clearParting(texture: Texture, lens: Lens, margin: number): void {
  const { density } = texture;
  const firstRow = Math.max(0, Math.floor((lens.firstRow - texture.top) * density));
  const rowEnd = Math.min(texture.height, Math.ceil((lens.rowEnd - texture.top) * density));
  const firstColumn = Math.max(0, Math.floor((lens.firstColumn - texture.left) * density));
  const columnEnd = Math.min(texture.width, Math.ceil((lens.columnEnd - texture.left) * density));
  const source = { ...texture, pixels: texture.pixels.slice() };
  for (let j = firstRow; j < rowEnd; j++) {
    for (let i = firstColumn; i < columnEnd; i++) {
      const px = texture.left + i / density - lens.x;
      const py = texture.top + j / density - lens.y;
      const s = px * lens.dx + py * lens.dy;
      const at = Math.round(s * 2);
      if (at < 0 || at >= lens.samples) continue;
      const t = py * lens.dx - px * lens.dy;
      const top = lens.top[at]! - margin;
      const bottom = lens.bottom[at]! + margin;
      if (t <= top || t >= bottom || bottom - top < 2.2 * margin) continue;
      const upper = t - top < bottom - t;
      const depth = upper ? t - top : bottom - t;
      const back = Math.min(depth, 4 * margin);
      const from = upper ? top - back : bottom + back;
      const x = lens.x + s * lens.dx - from * lens.dy;
      const y = lens.y + s * lens.dy + from * lens.dx;
      const skin = sample(source, (x - texture.left) * density, (y - texture.top) * density);
      const dark = over(skin, 0, 0, 0, DARKEST * smooth(0, DEEP * margin, depth));
      const place = j * texture.width + i;
      const there = source.pixels[place]!;
      const tooth = smooth(0, LIGHTER, greyOf(there) - greyOf(dark));
      texture.pixels[place] = mixWords(there, dark, (smooth(0, 0.6 * margin, depth) * tooth * 256) | 0);
    }
  }
}

const greyOf = (word: number) => 0.3 * (word & 255) + 0.59 * ((word >>> 8) & 255) + 0.11 * ((word >>> 16) & 255);
