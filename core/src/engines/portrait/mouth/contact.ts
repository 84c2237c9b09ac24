import { smooth } from '../../../base/maths.ts';
import type { Lens } from '../../../render/cpu/lens.ts';
import type { Surface } from '../../../render/cpu/surface.ts';
import type { PreparedColours } from '../prepared.ts';
import { over } from './interior.ts';

const OPENING = [0.02, 0.05] as const; // IOD of gap over which the line gives way to the opening
const CORNER = 0.06; // of the mouth's width at each end over which it tapers

/**
 * The dark line where lips touch. Lips that were parted in the photo have none of their own, so theirs is stronger and wider;
 * `presence` 0..1 keeps a resting closed mouth exactly as photographed. `perIod` is px per IOD.
 */
export function drawContactLine(
  surface: Surface,
  lens: Lens,
  colours: PreparedColours,
  open: boolean,
  presence: number,
  perIod: number,
): void {
  const strength = (open ? 0.62 : 0.28) * presence;
  if (strength <= 0) return;
  const width = (open ? 0.012 : 0.007) * perIod + 0.35;
  const [red, green, blue] = [colours.lip[0] * 0.36, colours.lip[1] * 0.26, colours.lip[2] * 0.26];
  for (let y = lens.firstRow; y < lens.rowEnd; y++) {
    lens.scan(y, 1);
    for (let x = lens.from; x < lens.to; x++) {
      const k = x - lens.from;
      const along = lens.along[k]!;
      if (along <= 0 || along >= 1) continue;
      const off = (lens.below[k]! - lens.above[k]!) / 2 / width;
      if (off > 2.5 || off < -2.5) continue;
      const closed = 1 - smooth(OPENING[0], OPENING[1], lens.gap[k]! / perIod);
      const share = strength * closed * Math.exp(-off * off) * smooth(0, CORNER, along) * smooth(0, CORNER, 1 - along);
      if (share < 0.004) continue;
      const at = y * surface.width + x;
      surface.pixels[at] = over(surface.pixels[at]!, red, green, blue, share);
    }
  }
}
