import { clamp, smooth } from '../../base/maths.ts';
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
  const first = down.findIndex((share) => share > 0);
  const drawn = enlarged(mouth, width, height, first);
  const [red, green, blue] = matchColour ? lightBetween(frame, box, drawn, across, down, first) : NO_SHIFT;
  const { pixels } = frame;
  for (let row = first, from = 0; row < height; row++) {
    const share = weight * down[row]!;
    let to = ((box.y1 + row) * frame.width + box.x1) * 4;
    for (let column = 0; column < width; column++, to += 4, from += 3) {
      const opacity = share * across[column]!;
      pixels[to] = blend(pixels[to]!, drawn[from]! + red, opacity);
      pixels[to + 1] = blend(pixels[to + 1]!, drawn[from + 1]! + green, opacity);
      pixels[to + 2] = blend(pixels[to + 2]!, drawn[from + 2]! + blue, opacity);
    }
  }
}

/** A level towards another one, which counts as far as there are such levels. */
function blend(level: number, other: number, opacity: number): number {
  const kept = Math.max(0, Math.min(other, 255));
  return level + (kept - level) * opacity;
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

/** The face at the size of its box, from a row on: each row of the drawing is made wider once, then two of them are mixed. */
function enlarged({ size, pixels }: FaceCrop, width: number, height: number, first: number): Float32Array {
  const across = planLinearAxis(size, width);
  const down = planLinearAxis(size, height);
  const stride = width * 3;
  const top = down.from[first]!;
  const wide = new Float32Array((size - top) * stride);
  for (let row = top, to = 0; row < size; row++) {
    for (let column = 0; column < width; column++) {
      const left = (row * size + across.from[column]!) * 3;
      const right = across.from[column]! < size - 1 ? left + 3 : left;
      const u = across.share[column]! / ONE;
      for (let k = 0; k < 3; k++) wide[to++] = pixels[left + k]! + (pixels[right + k]! - pixels[left + k]!) * u;
    }
  }
  const out = new Float32Array((height - first) * stride);
  for (let row = first, to = 0; row < height; row++) {
    const upper = (down.from[row]! - top) * stride;
    const lower = (Math.min(down.from[row]! + 1, size - 1) - top) * stride;
    const v = down.share[row]! / ONE;
    for (let i = 0; i < stride; i++) out[to++] = wide[upper + i]! + (wide[lower + i]! - wide[upper + i]!) * v;
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
  first: number,
): readonly [number, number, number] {
  let [red, green, blue, count] = [0, 0, 0, 0];
  const width = across.length;
  for (let row = first, from = 0; row < down.length; row++) {
    let at = ((box.y1 + row) * frame.width + box.x1) * 4;
    for (let column = 0; column < width; column++, at += 4, from += 3) {
      const opacity = down[row]! * across[column]!;
      if (opacity === 0 || opacity === 1) continue;
      red += frame.pixels[at]! - drawn[from]!;
      green += frame.pixels[at + 1]! - drawn[from + 1]!;
      blue += frame.pixels[at + 2]! - drawn[from + 2]!;
      count++;
    }
  }
  const mean = (sum: number) => clamp(count > 0 ? sum / count : 0, -MOST_SHIFT, MOST_SHIFT);
  return [mean(red), mean(green), mean(blue)];
}
