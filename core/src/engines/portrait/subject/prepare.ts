import type { Picture } from '../../../media/frame.ts';
import type { FaceLandmarker } from '../../../models/face-landmarks.ts';
import { solveSubjectFields } from '../fields/fields.ts';
import { lidGaps } from '../fields/upper-pins.ts';
import {
  buildMesh,
  fieldSpace,
  flatten,
  refinePoints,
  relaxBetweenRows,
  type SubjectMesh,
  sharedTopology,
} from '../mesh/mesh.ts';
import type { PreparedMouth, PreparedPortrait } from '../prepared.ts';
import { makeBackdrop } from './backdrop.ts';
import { measureColours } from './colours.ts';
import { type FaceChoice, findFace } from './detect.ts';
import { fitDrawnEyes, prepareEyes } from './eyes.ts';
import { FacePixels, luminance } from './face-pixels.ts';
import { wearsGlasses } from './glasses.ts';
import { turnLimits } from './limits.ts';
import { refineLips } from './lips.ts';
import { relaxSource } from './neutral.ts';
import { contourRadii, findSilhouette } from './silhouette.ts';

/** What can be asked of a preparation. */
export interface PrepareOptions {
  readonly face: FaceChoice;
  /** How much of the source's own smile stays, 0 (relaxed) to 1; 0 by default. */
  readonly keepSmile?: number;
}

/** How far hair reaches beyond the matte, IOD. */
const WISPS = 0.1;

/**
 * Makes a photo ready to be animated.
 * @throws {OratorError} `face/not-found`, `face/too-small`, `face/turned-away`, `face/cut-off`
 */
export async function preparePortrait(
  picture: Picture,
  landmarker: FaceLandmarker,
  options: PrepareOptions,
): Promise<PreparedPortrait> {
  const { points, frame, box, warnings } = await findFace(picture, landmarker, options.face);
  const pixels = new FacePixels(picture, frame);
  const eyeScale = fitDrawnEyes(points, pixels, frame);
  const fine = refinePoints(points);
  const { rows } = sharedTopology();
  const lips = refineLips(fine, rows, pixels, frame);
  relaxBetweenRows(fine);
  const flat = flatten(fine);
  const silhouette = await findSilhouette(picture, landmarker, frame, flat, rows.oval);
  const mesh = buildMesh(fine, frame, picture, silhouette && contourRadii(silhouette, flat, rows.oval));
  const space = fieldSpace(mesh);
  const { fields, hats } = solveSubjectFields(mesh, space, eyeScale > 1);
  const smiles = [fields.mouthSmileLeft!, fields.mouthSmileRight!] as const;
  const neutral = relaxSource(mesh, space, lips.open, smiles, options.keepSmile ?? 0);
  const colours = measureColours(mesh, pixels, lips, frame);
  return {
    width: picture.width,
    height: picture.height,
    face: { x: box.x, y: box.y, width: box.width, height: box.height },
    iod: frame.iod,
    yaw: frame.yaw,
    pitch: frame.pitch,
    roll: frame.roll,
    axes: frame.axes,
    positions: mesh.positions,
    head: mesh.head,
    follow: mesh.follow,
    torso: mesh.torso,
    outer: mesh.outer,
    mouthFill: mesh.mouthFill,
    eyeFill: mesh.eyeFill,
    faceTriangles: mesh.faceTriangles,
    fields,
    hats,
    neutral: neutral.offsets,
    neutralWeights: neutral.weights,
    mouth: prepareMouth(mesh, lips.open),
    eyes: prepareEyes(points, mesh.rows, frame, eyeScale),
    glasses: wearsGlasses(pixels, frame, luminance(...colours.skin)),
    colours,
    ...(silhouette ? { backdrop: makeBackdrop(silhouette, WISPS * frame.iod) } : {}),
    limits: turnLimits(mesh, frame),
    warnings: [...warnings, ...warnOfClosedEyes(mesh)],
  };
}

function prepareMouth({ rows, head }: SubjectMesh, open: boolean): PreparedMouth {
  const middle = rows.innerUpper.length >> 1;
  const [upper, lower] = [rows.innerUpper[middle]!, rows.innerLower[middle]!];
  const at = (vertex: number, c: number) => head[vertex * 3 + c]!;
  return {
    upper: rows.innerUpper,
    lower: rows.innerLower,
    open,
    anchor: [(at(61, 0) + at(291, 0)) / 2, 0.6 * at(upper, 1) + 0.4 * at(lower, 1), (at(upper, 2) + at(lower, 2)) / 2],
    width: at(291, 0) - at(61, 0),
  };
}

/** Lids nearer than this at their widest, IOD, count as closed: eyes drawn open from there would be invented. */
const CLOSED_EYES = 0.09;

function warnOfClosedEyes(mesh: SubjectMesh): string[] {
  const widest = Math.max(...lidGaps(mesh, -1), ...lidGaps(mesh, 1));
  return widest < CLOSED_EYES ? ['The eyes are nearly closed; a photo with open eyes looks livelier.'] : [];
}
