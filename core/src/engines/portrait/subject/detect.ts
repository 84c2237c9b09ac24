import { OratorError } from '../../../base/errors.ts';
import type { Picture } from '../../../media/frame.ts';
import { cropPicture } from '../../../media/patch.ts';
import type { FaceBox, FaceLandmarker } from '../../../models/face-landmarks.ts';
import { type HeadFrame, measureHead } from './head-frame.ts';

/** Which face of several: the largest, the leftmost, or by place from the left (0 is the leftmost). */
export type FaceChoice = 'largest' | 'left' | number;

/** A face worth animating: 478 × 3 landmarks in source pixels, and its pose. */
export interface FoundFace {
  readonly points: Float32Array;
  readonly frame: HeadFrame;
  readonly box: FaceBox;
  readonly warnings: readonly string[];
}

/** Refused below this distance between the eyes, pixels; warned about below the second. */
const MIN_IOD = 40;
const SMALL_IOD = 70;
/** Refused beyond this turn to the side, degrees (depth guessed from one picture reads a turn of 30° as up to 36°); warned about beyond the second. */
const MAX_YAW = 38;
const LARGE_YAW = 15;
const LARGE_ROLL = 20;
/** Refused when more of the face's box than this lies outside the picture. */
const MAX_CUT = 0.25;

/** Side of the crop that landmarks are read from, in face box sides, and in pixels. */
const CROP_MARGIN = 2.2;
const CROP_SIDE = 384;
const READINGS = 7;

const degrees = (radians: number) => (radians * 180) / Math.PI;

/**
 * Finds the chosen face and its landmarks.
 * @throws {OratorError} `face/not-found`, `face/too-small`, `face/turned-away`, `face/cut-off`
 */
export async function findFace(picture: Picture, landmarker: FaceLandmarker, choice: FaceChoice): Promise<FoundFace> {
  const faces = await landmarker.detect(picture);
  const box = chooseFace(faces, choice);
  refuseCutOff(box, picture);
  const side = Math.max(box.width, box.height) * CROP_MARGIN;
  const crop = { x: box.x + box.width / 2 - side / 2, y: box.y + box.height / 2 - side / 2, side };
  const size = Math.min(CROP_SIDE, Math.max(256, Math.round(side)));
  const points = await landmarker.landmarks(cropPicture(picture, crop, size), { irises: true, readings: READINGS });
  if (!points) throw new OratorError('face/not-found', `No face was found in the picture. ${CURE}`);
  for (let i = 0; i < points.length; i += 3) {
    points[i] = crop.x + (points[i]! * side) / size;
    points[i + 1] = crop.y + (points[i + 1]! * side) / size;
    points[i + 2] = (points[i + 2]! * side) / size;
  }
  const frame = measureHead(points);
  refuseUnusable(frame);
  return { points, frame, box, warnings: warnAbout(frame, faces.length, choice) };
}

const CURE = 'Use a photo that shows one face from the front, well lit.';

function chooseFace(faces: readonly FaceBox[], choice: FaceChoice): FaceBox {
  const [largest] = faces;
  if (!largest) throw new OratorError('face/not-found', `No face was found in the picture. ${CURE}`);
  if (choice === 'largest') return largest;
  const fromLeft = [...faces].sort((a, b) => a.x + a.width / 2 - b.x - b.width / 2);
  const chosen = fromLeft[choice === 'left' ? 0 : choice];
  if (chosen) return chosen;
  throw new OratorError(
    'face/not-found',
    `Face ${choice} was asked for, but the picture shows ${faces.length}. Choose 0 to ${faces.length - 1}, counted from the left.`,
  );
}

function refuseCutOff(box: FaceBox, { width, height }: Picture): void {
  const across = Math.min(width, box.x + box.width) - Math.max(0, box.x);
  const down = Math.min(height, box.y + box.height) - Math.max(0, box.y);
  const cut = 1 - (Math.max(0, across) * Math.max(0, down)) / (box.width * box.height);
  if (cut > MAX_CUT) {
    throw new OratorError(
      'face/cut-off',
      `${Math.round(cut * 100)} % of the face lies outside the picture (limit ${MAX_CUT * 100} %). Use a photo that shows the whole face.`,
    );
  }
}

function refuseUnusable({ iod, yaw }: HeadFrame): void {
  if (iod < MIN_IOD) {
    throw new OratorError(
      'face/too-small',
      `The eyes are ${iod.toFixed(0)} px apart (limit ${MIN_IOD} px). Use a larger picture, or one taken closer.`,
    );
  }
  const turn = Math.abs(degrees(yaw));
  if (turn > MAX_YAW) {
    throw new OratorError(
      'face/turned-away',
      `The face is turned ${turn.toFixed(0)}° to the side (limit ${MAX_YAW}°). Use a photo that looks towards the camera.`,
    );
  }
}

function warnAbout({ iod, yaw, roll }: HeadFrame, faces: number, choice: FaceChoice): string[] {
  const warnings: string[] = [];
  if (faces > 1 && choice === 'largest') {
    warnings.push(`The picture shows ${faces} faces; the largest was taken. Choose another with the face option.`);
  }
  if (iod < SMALL_IOD)
    warnings.push(`The face is small: the eyes are ${iod.toFixed(0)} px apart, so lips will look soft.`);
  if (Math.abs(degrees(yaw)) > LARGE_YAW) {
    warnings.push(`The face is turned ${Math.abs(degrees(yaw)).toFixed(0)}° to the side; head motion is kept smaller.`);
  }
  if (Math.abs(degrees(roll)) > LARGE_ROLL)
    warnings.push(`The head is tilted by ${Math.abs(degrees(roll)).toFixed(0)}°.`);
  return warnings;
}
