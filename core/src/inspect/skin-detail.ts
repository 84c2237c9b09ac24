import type { Picture } from '../media/frame.ts';
import { createSquareReader, type FaceBoxArea, type FaceSquare, type GreyPatch, readGrey } from './face-view.ts';
import { mean, quantile } from './signal.ts';

/** Detail and steadiness of the skin of one clip. */
export interface SkinDetail {
  /** Fine detail of the mouth region over that of the eyes. */
  readonly mouthDetail: number;
  /** Fine detail of the mouth region with the mouth open over that with the mouth shut; `null` when it hardly opens. */
  readonly openMouthDetail: number | null;
  /** Mean change of small skin areas from frame to frame, in grey levels. */
  readonly skinFlicker: number;
}

/** Reads frames one after the other. */
export interface SkinMeter {
  /** Reads a frame with its landmarks (468 × 3 or more, in pixels). */
  add(picture: Picture, points: Float32Array): void;
  finish(): SkinDetail;
}

/** Fine enough for lashes and lip edges in a face of 512 pixels. */
const DENSITY = 112;
const MOUTH: FaceBoxArea = { x: -0.38, y: 0.5, width: 0.76, height: 0.5 };
const EYES: readonly FaceBoxArea[] = [
  { x: -0.58, y: -0.16, width: 0.46, height: 0.32 },
  { x: 0.12, y: -0.16, width: 0.46, height: 0.32 },
];
/** Skin over bone: forehead and both cheekbones. */
const SKIN: readonly FaceBoxArea[] = [
  { x: -0.2, y: -0.5, width: 0.4, height: 0.16 },
  { x: -0.46, y: 0.28, width: 0.2, height: 0.16 },
  { x: 0.26, y: 0.28, width: 0.2, height: 0.16 },
];
/** Skin is compared by areas of about 3 mm, over which the grain of sensor and codec averages out. */
const SKIN_DENSITY = 30;
/** The mouth opens enough to compare when its wide frames exceed its narrow ones by this much, in eye distances. */
const OPENS = 0.005;

/** Opens a meter for one clip. */
export function createSkinMeter(): SkinMeter {
  const squareOf = createSquareReader();
  const details: { mouth: number; eyes: number; opening: number }[] = [];
  const changes: number[] = [];
  let before: GreyPatch[] | null = null;
  const patches = new Map<FaceBoxArea, GreyPatch>();
  const detailIn = (picture: Picture, square: FaceSquare, box: FaceBoxArea) => {
    const patch = readGrey(picture, square, box, DENSITY, patches.get(box));
    patches.set(box, patch);
    return fineDetail(patch);
  };
  return {
    add(picture, points) {
      const square = squareOf(points);
      const eyes = EYES.map((box) => detailIn(picture, square, box));
      const opening = (points[14 * 3 + 1]! - points[13 * 3 + 1]!) / square.unit;
      details.push({ mouth: detailIn(picture, square, MOUTH), eyes: mean(eyes), opening });
      const skin = SKIN.map((box) => readGrey(picture, square, box, SKIN_DENSITY));
      if (before) changes.push(mean(skin.map((patch, i) => meanChange(patch, before![i]!))));
      before = skin;
    },
    finish() {
      const openings = details.map(({ opening }) => opening);
      const [shut, open] = [quantile(openings, 0.4), quantile(openings, 0.6)];
      const mouthWhere = (keep: (opening: number) => boolean) =>
        mean(details.filter(({ opening }) => keep(opening)).map(({ mouth }) => mouth));
      return {
        mouthDetail: mean(details.map(({ mouth }) => mouth)) / mean(details.map(({ eyes }) => eyes)),
        openMouthDetail:
          open - shut < OPENS ? null : mouthWhere((gap) => gap >= open) / mouthWhere((gap) => gap <= shut),
        skinFlicker: mean(changes),
      };
    },
  };
}

/** Root mean square of what a 5 × 5 blur takes away. */
function fineDetail({ width, height, values }: GreyPatch): number {
  let [sum, count] = [0, 0];
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      let around = 0;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) around += values[(y + dy) * width + x + dx]!;
      }
      sum += (values[y * width + x]! - around / 25) ** 2;
      count++;
    }
  }
  return Math.sqrt(sum / count);
}

function meanChange(a: GreyPatch, b: GreyPatch): number {
  let sum = 0;
  for (let i = 0; i < a.values.length; i++) sum += Math.abs(a.values[i]! - b.values[i]!);
  return sum / a.values.length;
}
