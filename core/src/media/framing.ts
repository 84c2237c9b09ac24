import { clamp } from '../base/maths.ts';
import type { Rect } from './frame.ts';

/** How much of the picture is shown. */
export type Crop = 'auto' | 'full' | 'square';
/** Short side of the clip: in pixels by name, or as many as the crop has in the source; `auto` suits a picture. */
export type ClipSize = 'auto' | '512' | '720p' | '1080p' | '4k' | 'source';

/** The whole picture, a square of head and shoulders, or what fits the picture best; or a square with this side in eye distances. */
export type Cut = Crop | number;

/** Where the face is, in pixels of the picture: the point between the eyes and the distance of the eyes. */
export interface FacePlace {
  readonly x: number;
  readonly y: number;
  readonly iod: number;
}

/** What part of a picture a clip shows, and at which size: clip px = (picture px − crop.x, crop.y) · scale. */
export interface Framing {
  /** Of the clip: even, in pixels. */
  readonly width: number;
  readonly height: number;
  /** In whole pixels of the picture, inside it. */
  readonly crop: Rect;
  readonly scale: number;
  /** What a person should know, one sentence each. */
  readonly warnings: readonly string[];
}

const SHORT_SIDES: Readonly<Record<Exclude<ClipSize, 'source'>, number>> = {
  auto: 512,
  '512': 512,
  '720p': 720,
  '1080p': 1080,
  '4k': 2160,
};
/** Head and shoulders: the face is animated within 6.2 eye distances, the eyes 42 % below the upper edge. */
const SQUARE_IODS = 6.2;
const EYE_LINE = 0.42;
/**
 * Eye distance over the geometric mean of the sides: from here on the picture is a portrait and is shown whole. Below, still hands
 * and a small mouth would be most of the clip (chosen by eye on eleven portraits).
 */
const LARGE_FACE = 0.11;
/** What a crop chosen by us may look like, width to height: portrait 4:5 to wide 16:9. */
const NARROWEST = 4 / 5;
const WIDEST = 16 / 9;
/** Enlarged more than this, a face looks blurred. */
const MOST_ENLARGED = 2.5;
/** H.264 level 5.2, the highest that players commonly know, ends at this long side. */
const LONGEST_SIDE = 4096;

/**
 * Chooses the part of the picture that is shown and the size of the clip. `full` is the whole picture; `square` is head and shoulders;
 * `auto` is the whole picture when the face is large in it, else head and shoulders in the picture's own shape within 4:5 and 16:9.
 * A `size` in numbers is the most that the short side may have, in pixels: it is never enlarged to that.
 */
export function frameFor(
  picture: { readonly width: number; readonly height: number },
  face: FacePlace,
  { size, crop }: { readonly size: ClipSize | number; readonly crop: Cut },
): Framing {
  const area = cropFor(picture, face, crop);
  const short = Math.min(area.width, area.height);
  const wanted = size === 'source' ? short : typeof size === 'number' ? Math.min(size, short) : SHORT_SIDES[size];
  const scale = Math.min(wanted / short, LONGEST_SIDE / Math.max(area.width, area.height));
  const width = even(area.width * scale);
  const height = even(area.height * scale);
  // Rounding to even sides must not squeeze the face: what is too much of the longer direction is cut off instead.
  const cut = fitted(area, width / height);
  const exact = Math.max(width / cut.width, height / cut.height);
  return { width, height, crop: cut, scale: exact, warnings: warningsFor(exact, wanted / short, cut) };
}

function cropFor(picture: { width: number; height: number }, face: FacePlace, crop: Cut): Rect {
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const large = face.iod >= LARGE_FACE * Math.sqrt(picture.width * picture.height);
  if (crop === 'full' || (crop === 'auto' && large)) return whole;
  const aspect =
    crop === 'square' || typeof crop === 'number' ? 1 : clamp(picture.width / picture.height, NARROWEST, WIDEST);
  const side = (typeof crop === 'number' ? crop : SQUARE_IODS) * face.iod;
  // The short side shows head and shoulders, the long one more of the surroundings; never more than there is.
  const wanted = aspect >= 1 ? side : side / aspect;
  const height = Math.min(wanted, picture.height, picture.width / aspect);
  const width = height * aspect;
  return {
    x: clamp(face.x - width / 2, 0, picture.width - width),
    y: clamp(face.y - height * EYE_LINE, 0, picture.height - height),
    width,
    height,
  };
}

/** The largest rectangle of whole pixels of the given shape within `area`, in the middle of what it leaves out. */
function fitted(area: Rect, aspect: number): Rect {
  const room = { width: Math.floor(area.width + 1e-6), height: Math.floor(area.height + 1e-6) };
  const width = Math.min(room.width, Math.round(room.height * aspect));
  const height = Math.min(room.height, Math.round(width / aspect));
  const x = Math.floor(area.x + (area.width - width) / 2 + 1e-6);
  const y = Math.floor(area.y + (area.height - height) / 2 + 1e-6);
  return { x, y, width, height };
}

function warningsFor(scale: number, wanted: number, crop: Rect): string[] {
  const warnings: string[] = [];
  if (scale > MOST_ENLARGED) {
    warnings.push(
      `The part of the picture that is shown has ${crop.width} × ${crop.height} pixels and is enlarged ${scale.toFixed(1)} times: it will look soft. Choose a smaller size or a larger picture.`,
    );
  }
  if (scale < wanted * 0.99) {
    warnings.push(`The clip is smaller than asked for: its long side would exceed ${LONGEST_SIDE} pixels.`);
  }
  return warnings;
}

const even = (length: number) => Math.max(16, 2 * Math.round(length / 2));
