import type { Picture } from '../media/frame.ts';
import { type Patch, patchToPicture, readPatch } from '../media/patch.ts';

/** One network: a batch of square RGB inputs in, its output tensors out, each flat and in the order of the graph. */
export type FaceNetwork = (input: Float32Array, batch: number, side: number) => Promise<readonly Float32Array[]>;

/** The networks behind a face landmarker; each loads when it is first called. */
export interface FaceNetworks {
  /** 256², -1..1: anchors' scores and boxes. */
  readonly detector: FaceNetwork;
  /** 192², 0..1: 468 × 3 in input pixels and a confidence. */
  readonly mesh: FaceNetwork;
  /** 64², 0..1, a left eye: 71 contour and 5 iris points × 3 in input pixels. */
  readonly iris: FaceNetwork;
  /** 256², 0..1: shares of person, 256² values. */
  readonly people?: FaceNetwork;
  /** 224², 0..255: a descriptor of 1024 values. */
  readonly descriptor: FaceNetwork;
}

/** A detected face: its box's centre and side in picture pixels, both eyes, 0..1 confidence. */
export interface DetectedFace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly confidence: number;
  /** Turn of the line through the eyes, radians, clockwise. */
  readonly angle: number;
}

const DETECTOR_SIDE = 256;
/** Anchor grids of the detector: cells per row and anchors per cell. */
const GRIDS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const;
const MIN_CONFIDENCE = 0.5;
const MAX_OVERLAP = 0.3;

/** Finds faces in a square part of a picture, best first. */
export async function detectFaces(networks: FaceNetworks, picture: Picture, patch: Patch): Promise<DetectedFace[]> {
  const input = new Float32Array(DETECTOR_SIDE * DETECTOR_SIDE * 3);
  readPatch(picture, patch, DETECTOR_SIDE, input, 0, { scale: 1 / 127.5, bias: -1 });
  const outputs = await networks.detector(input, 1, DETECTOR_SIDE);
  const found: DetectedFace[] = [];
  for (const { cells, anchors } of GRIDS) {
    const count = cells * cells * anchors;
    const scores = outputs.find((values) => values.length === count)!;
    const boxes = outputs.find((values) => values.length === count * 16)!;
    for (let i = 0; i < count; i++) {
      const confidence = 1 / (1 + Math.exp(-scores[i]!));
      if (confidence < MIN_CONFIDENCE) continue;
      const cell = Math.floor(i / anchors);
      const anchorX = ((cell % cells) + 0.5) / cells;
      const anchorY = (Math.floor(cell / cells) + 0.5) / cells;
      found.push({ ...readBox(boxes.subarray(i * 16, i * 16 + 16), anchorX, anchorY, patch), confidence });
    }
  }
  return suppressOverlaps(found);
}

/** A box is centre, size and six points (right eye and left eye first), all relative to the anchor, in input pixels. */
function readBox(box: Float32Array, anchorX: number, anchorY: number, patch: Patch) {
  const at = (i: number) =>
    patchToPicture(patch, anchorX + box[i]! / DETECTOR_SIDE, anchorY + box[i + 1]! / DETECTOR_SIDE);
  const [x, y] = at(0);
  const [rightX, rightY] = at(4);
  const [leftX, leftY] = at(6);
  const scale = patch.side / DETECTOR_SIDE;
  const angle = Math.atan2(leftY - rightY, leftX - rightX);
  return { x, y, width: box[2]! * scale, height: box[3]! * scale, angle };
}

/** Keeps the most confident of faces that overlap. */
export function suppressOverlaps(faces: readonly DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of [...faces].sort((a, b) => b.confidence - a.confidence)) {
    if (kept.every((other) => overlap(face, other) < MAX_OVERLAP)) kept.push(face);
  }
  return kept;
}

function overlap(a: DetectedFace, b: DetectedFace): number {
  const shared = (p: number, q: number, sizeP: number, sizeQ: number) =>
    Math.max(0, Math.min(p + sizeP / 2, q + sizeQ / 2) - Math.max(p - sizeP / 2, q - sizeQ / 2));
  const area = shared(a.x, b.x, a.width, b.width) * shared(a.y, b.y, a.height, b.height);
  return area / (a.width * a.height + b.width * b.height - area);
}

const MESH_SIDE = 192;
/** The mesh network was made for faces that fill two thirds of its input. */
const MESH_MARGIN = 1.5;
/** Depth comes out too flat by this factor. */
const DEPTH_GAIN = 1.1;
const MESH_CONFIDENCE = 0.5;

/** The patch that a detected face should be read from. */
export const patchAround = (face: DetectedFace): Patch => ({
  x: face.x,
  y: face.y,
  side: Math.max(face.width, face.height) * MESH_MARGIN,
  angle: face.angle,
});

/** The patch that landmarks should be read from again: turned upright along the outer eye corners (33, 263). */
export function patchAroundLandmarks(points: Float32Array): Patch {
  const angle = Math.atan2(points[263 * 3 + 1]! - points[33 * 3 + 1]!, points[263 * 3]! - points[33 * 3]!);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [minU, maxU, minV, maxV] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < 468; i++) {
    const u = points[i * 3]! * cos + points[i * 3 + 1]! * sin;
    const v = points[i * 3 + 1]! * cos - points[i * 3]! * sin;
    minU = Math.min(minU, u);
    maxU = Math.max(maxU, u);
    minV = Math.min(minV, v);
    maxV = Math.max(maxV, v);
  }
  const [u, v] = [(minU + maxU) / 2, (minV + maxV) / 2];
  return { x: u * cos - v * sin, y: u * sin + v * cos, side: Math.max(maxU - minU, maxV - minV) * MESH_MARGIN, angle };
}

/** Shifts (of the patch's side), scales and turns (radians) of the readings that are averaged; the first is the plain one. */
const READINGS = [
  [0, 0, 1, 0],
  [0.02, 0, 0.93, 0.03],
  [-0.02, 0.015, 0.93, -0.03],
  [0, 0.025, 1.05, 0.05],
  [0.015, -0.025, 1.05, -0.05],
  [0, 0, 1.16, 0],
  [-0.03, -0.02, 1.16, 0.02],
] as const;
/** How many different readings there are to average. */
export const MAX_READINGS = READINGS.length;

/** Reads 468 landmarks from one to seven slightly different patches and averages them; `null` when the network is less than `least` sure of a face. */
export async function readMesh(
  networks: FaceNetworks,
  picture: Picture,
  around: Patch,
  count: number,
  least = MESH_CONFIDENCE,
): Promise<Float32Array | null> {
  const patches = READINGS.slice(0, count).map(([right, down, scale, turn]) => {
    const [x, y] = patchToPicture(around, 0.5 + right, 0.5 + down);
    return { x, y, side: around.side * scale, angle: around.angle + turn };
  });
  const input = new Float32Array(patches.length * MESH_SIDE * MESH_SIDE * 3);
  patches.forEach((patch, i) => {
    readPatch(picture, patch, MESH_SIDE, input, i * MESH_SIDE * MESH_SIDE * 3, { scale: 1 / 255, bias: 0 });
  });
  const outputs = await networks.mesh(input, patches.length, MESH_SIDE);
  const points = outputs.find((values) => values.length === 1404 * patches.length)!;
  const confidence = outputs.find((values) => values.length === patches.length)!;
  if (confidence.reduce((sum, value) => sum + value, 0) / patches.length < least) return null;
  const mean = new Float32Array(1404);
  patches.forEach((patch, i) => {
    for (let k = i * 1404, to = 0; to < 1404; k += 3, to += 3) {
      const [x, y] = patchToPicture(patch, points[k]! / MESH_SIDE, points[k + 1]! / MESH_SIDE);
      mean[to] = mean[to]! + x / patches.length;
      mean[to + 1] = mean[to + 1]! + y / patches.length;
      mean[to + 2] = mean[to + 2]! + (points[k + 2]! / MESH_SIDE) * patch.side * (DEPTH_GAIN / patches.length);
    }
  });
  return mean;
}

const IRIS_SIDE = 64;
const IRIS_MARGIN = 2.3;
const IRIS_POINTS = 5;
const CONTOUR_POINTS = 71;

/** Reads the five points of both irises (subject's right, then left), 10 × 3 values; depth is that of the eye corners. */
export async function readIrises(
  networks: FaceNetworks,
  picture: Picture,
  points: Float32Array,
): Promise<Float32Array> {
  const { angle } = patchAroundLandmarks(points);
  const corner = (i: number) => [points[i * 3]!, points[i * 3 + 1]!, points[i * 3 + 2]!] as const;
  const eyes = [
    [corner(33), corner(133), true],
    [corner(362), corner(263), false],
  ] as const;
  const patches = eyes.map(([a, b, mirrored]) => ({
    x: (a[0] + b[0]) / 2,
    y: (a[1] + b[1]) / 2,
    side: Math.hypot(b[0] - a[0], b[1] - a[1]) * IRIS_MARGIN,
    angle,
    mirrored,
  }));
  const input = new Float32Array(2 * IRIS_SIDE * IRIS_SIDE * 3);
  patches.forEach((patch, i) => {
    readPatch(picture, patch, IRIS_SIDE, input, i * IRIS_SIDE * IRIS_SIDE * 3, { scale: 1 / 255, bias: 0 });
  });
  const [output] = await networks.iris(input, 2, IRIS_SIDE);
  const irises = new Float32Array(2 * IRIS_POINTS * 3);
  const stride = (CONTOUR_POINTS + IRIS_POINTS) * 3;
  eyes.forEach(([a, b], eye) => {
    for (let i = 0; i < IRIS_POINTS; i++) {
      const from = eye * stride + (CONTOUR_POINTS + i) * 3;
      const at = patchToPicture(patches[eye]!, output![from]! / IRIS_SIDE, output![from + 1]! / IRIS_SIDE);
      irises.set([...at, (a[2] + b[2]) / 2], (eye * IRIS_POINTS + i) * 3);
    }
  });
  return irises;
}

const DESCRIPTOR_SIDE = 224;
/** The descriptor reads a little less around the face than the mesh does. */
const DESCRIPTOR_MARGIN = 1.4 / MESH_MARGIN;

/** Describes who the face in `around` is, as 1024 values. */
export async function readDescriptor(networks: FaceNetworks, picture: Picture, around: Patch): Promise<Float32Array> {
  const input = new Float32Array(DESCRIPTOR_SIDE * DESCRIPTOR_SIDE * 3);
  readPatch(picture, { ...around, side: around.side * DESCRIPTOR_MARGIN }, DESCRIPTOR_SIDE, input);
  const outputs = await networks.descriptor(input, 1, DESCRIPTOR_SIDE);
  return outputs.find((values) => values.length === 1024)!;
}
