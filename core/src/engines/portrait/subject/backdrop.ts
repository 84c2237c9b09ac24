import { clamp, smooth } from '../../../base/maths.ts';
import type { Picture } from '../../../media/frame.ts';
import type { PreparedBackdrop } from '../prepared.ts';
import { BoxBlur } from './box-blur.ts';
import { Extender } from './extend.ts';
import type { Silhouette } from './silhouette.ts';

/** Cells with more person than this are painted anew, and so is what lies around them: wisps of hair that the matte leaves out. */
const PERSON = 0.02;

/** The matte and the picture without the person and `wisps` source pixels around, filled from further out. */
export function makeBackdrop({ rect, width, height, matte, picture }: Silhouette, wisps: number): PreparedBackdrop {
  const reach = Math.max(2, Math.round((wisps * width) / rect.width));
  const nearby = new BoxBlur(width, height).mean(
    matte.map((share) => (share < PERSON ? 0 : 1)),
    reach,
  );
  const lone = 0.5 / (2 * reach + 1) ** 2; // less than one cell of the box
  const extender = new Extender(picture);
  const plate = extender.extend(nearby.map((share) => (share < lone ? 1 : 0)));
  const person = extender.extend(matte.map((share) => (share > SURELY ? 1 : 0)));
  return { rect, width, height, matte: addWisps(matte, nearby, picture, plate, person), plate };
}

/** A cell is person for sure above this. */
const SURELY = 0.97;
/** Colour distances (0..441) below the first say nothing about wisps, above the second all. */
const TELLING = [40, 110] as const;
/** Shares of person below this are taken for the background's own detail. */
const LEAST_WISP = 0.12;

/**
 * Adds strands of hair that the matte leaves out: cells just outside it that lie between the background's colour and the person's.
 * They would stay behind as a shadow of the head when it moves. Returns 0..255.
 */
function addWisps(
  matte: Float32Array,
  nearby: Float32Array,
  picture: Picture,
  plate: Uint8ClampedArray,
  person: Uint8ClampedArray,
): Uint8Array {
  const { pixels } = picture;
  const shares = new Uint8Array(matte.length);
  for (let i = 0; i < shares.length; i++) {
    const share = matte[i]!;
    if (share > 0.9 || nearby[i] === 0) {
      shares[i] = Math.round(share * 255);
      continue;
    }
    let along = 0;
    let whole = 0;
    for (let c = i * 4; c < i * 4 + 3; c++) {
      const toPerson = person[c]! - plate[c]!;
      along += (pixels[c]! - plate[c]!) * toPerson;
      whole += toPerson * toPerson;
    }
    const found = clamp((along / Math.max(1, whole) - LEAST_WISP) / (1 - LEAST_WISP));
    const wisp = found * smooth(TELLING[0], TELLING[1], Math.sqrt(whole)) * smooth(0, 0.3, nearby[i]!);
    shares[i] = Math.round(Math.max(share, wisp) * 255);
  }
  return shares;
}
