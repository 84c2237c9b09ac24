import { clamp, mix } from '../../../base/maths.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import { sample, type Texture } from '../../../render/cpu/texture.ts';

const COLUMNS = 24; // of light across the mouth
const NEAR = 0.05; // IOD from the seam: lip
const FAR = 0.2; // and the skin beyond it
const STEPS = 6;

/**
 * How the light falls off across a mouth in the photo: one factor a column, 1 at the mean, left to right. Read from the lips and the
 * skin above and below `lens` (laid over the resting inner lip edges), so that teeth stand in the same shade as the face around them.
 */
export function readSideLight(photo: Texture, lens: Lens, perIod: number): Float32Array {
  const greys = new Float32Array(COLUMNS);
  for (let column = 0; column < COLUMNS; column++) {
    const along = (column + 0.5) / COLUMNS;
    const i = Math.min(lens.samples - 1, Math.round(along * (lens.samples - 1)));
    for (let step = 0; step < STEPS; step++) {
      const away = mix(NEAR, FAR, step / (STEPS - 1)) * perIod;
      for (const t of [lens.top[i]! - away, lens.bottom[i]! + away]) {
        const x = lens.x + along * lens.length * lens.dx - t * lens.dy;
        const y = lens.y + along * lens.length * lens.dy + t * lens.dx;
        const word = sample(photo, (x - photo.left) * photo.density, (y - photo.top) * photo.density);
        greys[column]! += 0.3 * (word & 255) + 0.59 * ((word >>> 8) & 255) + 0.11 * ((word >>> 16) & 255);
      }
    }
  }
  const soft = greys.map((_, column) => {
    let sum = 0;
    let weight = 0;
    for (let k = 0; k < COLUMNS; k++) {
      const w = Math.exp(-(((k - column) / 3) ** 2));
      sum += w * greys[k]!;
      weight += w;
    }
    return sum / weight;
  });
  const mean = soft.reduce((sum, grey) => sum + grey, 0) / COLUMNS;
  return soft.map((grey) => clamp(grey / Math.max(1, mean), 0.3, 1.2));
}

/** The light at a place 0..1 across the mouth. */
export function lightAt(sideLight: Float32Array, along: number): number {
  const place = clamp(along * COLUMNS - 0.5, 0, COLUMNS - 1.001);
  const column = place | 0;
  return mix(sideLight[column]!, sideLight[column + 1]!, place - column);
}
