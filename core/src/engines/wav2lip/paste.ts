import { clamp, mix, smooth } from '../../base/maths.ts';
import { type FaceBox, type FaceCrop, ONE, planLinearAxis } from '../../media/face-crop.ts';
import type { Picture } from '../../media/frame.ts';

/** How a mouth is put back into its frame. */
export interface Paste {
  /** 0 leaves the frame as it is, 1 shows the mouth fully. */
  readonly weight: number;
  /** Whether the mouth takes on the light of the face around it. */
  readonly matchColour: boolean;
}

/** The mouth begins here, as a share of the crop's height from its top: above, the network repeats what it was given. */
const TOP = 0.4;
/** How wide the soft edge is, as a share of the box's sides, and within which bounds, in pixels. */
const FEATHER = 0.06;
const [LEAST_FEATHER, MOST_FEATHER] = [2, 12];
/** A difference of light is small; one that is not small is a difference of what is shown. */
const MOST_SHIFT = 10;

/**
 * Puts the lower part of a face that a network drew (RGB, square) into the box that it was cut from, with soft edges: nothing outside the
 * box changes. Bilinear, as it was cut.
 */
export function pasteMouth(frame: Picture, box: FaceBox, mouth: FaceCrop, { weight, matchColour }: Paste): void {
  if (weight <= 0) return;
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  const across = maskAlong(width, 0);
  const down = maskAlong(height, TOP);
  const drawn = enlarged(mouth, width, height);
  const shift = matchColour ? lightBetween(frame, box, drawn, across, down) : NO_SHIFT;
  const { pixels } = frame;
  for (let row = 0; row < height; row++) {
    const share = weight * down[row]!;
    if (share === 0) continue;
    let to = ((box.y1 + row) * frame.width + box.x1) * 4;
    let from = row * width * 3;
    for (let column = 0; column < width; column++, to += 4, from += 3) {
      const opacity = share * across[column]!;
      for (let k = 0; k < 3; k++)
        pixels[to + k] = mix(pixels[to + k]!, clamp(drawn[from + k]! + shift[k]!, 0, 255), opacity);
    }
  }
}

const NO_SHIFT = [0, 0, 0] as const;

/** The mask along one side: 0 before `begin`, 1 within, soft at both ends. */
function maskAlong(length: number, begin: number): Float32Array {
  const feather = clamp(length * FEATHER, LEAST_FEATHER, MOST_FEATHER);
  const start = length * begin;
  return Float32Array.from({ length }, (_, i) => {
    const middle = i + 0.5;
    return smooth(start, start + feather, middle) * smooth(length, length - feather, middle);
  });
}

/** The whole face at the size of its box. */
function enlarged({ size, pixels }: FaceCrop, width: number, height: number): Float32Array {
  const across = planLinearAxis(size, width);
  const down = planLinearAxis(size, height);
  const out = new Float32Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const top = down.from[row]!;
    const below = Math.min(top + 1, size - 1);
    const v = down.share[row]! / ONE;
    for (let column = 0; column < width; column++) {
      const left = across.from[column]!;
      const right = Math.min(left + 1, size - 1);
      const u = across.share[column]! / ONE;
      for (let k = 0; k < 3; k++) {
        const at = (y: number, x: number) => pixels[(y * size + x) * 3 + k]!;
        out[to++] = mix(mix(at(top, left), at(top, right), u), mix(at(below, left), at(below, right), u), v);
      }
    }
  }
  return out;
}

/** How much lighter each colour is in the frame than in the drawing, where the mask is soft: there both show the same skin. */
function lightBetween(
  frame: Picture,
  box: FaceBox,
  drawn: Float32Array,
  across: Float32Array,
  down: Float32Array,
): readonly number[] {
  const sums = [0, 0, 0];
  let count = 0;
  const width = across.length;
  for (let row = 0; row < down.length; row++) {
    for (let column = 0; column < width; column++) {
      const opacity = down[row]! * across[column]!;
      if (opacity === 0 || opacity === 1) continue;
      const from = (row * width + column) * 3;
      const at = ((box.y1 + row) * frame.width + box.x1 + column) * 4;
      for (let k = 0; k < 3; k++) sums[k]! += frame.pixels[at + k]! - drawn[from + k]!;
      count++;
    }
  }
  return sums.map((sum) => clamp(count > 0 ? sum / count : 0, -MOST_SHIFT, MOST_SHIFT));
}
