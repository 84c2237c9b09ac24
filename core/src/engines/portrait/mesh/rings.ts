import { smooth } from '../../../base/maths.ts';

/** How far each ring lies from the face's centre, in face radii along its own ray (the oval is 1). */
export const RING_FACTORS = [1.07, 1.15, 1.25, 1.37, 1.52, 1.72, 2, 2.5, 3.4, 5, 8] as const;

/** What rings are made of: the fine oval (closed) and head space already measured for the face's vertices. */
export interface RingSource {
  /** 2 per vertex, pixels. */
  readonly positions: Float32Array;
  /** 3 per vertex, IOD, depth not yet compressed. */
  readonly head: Float32Array;
  readonly oval: Uint16Array;
  /** The first vertex that rings may use. */
  readonly first: number;
  readonly iod: number;
  /** The crop's borders in pixels, beyond which there is no picture. */
  readonly width: number;
  readonly height: number;
  /** Per oval vertex: where the person ends along its ray, face radii. Absent when unknown. */
  readonly contour?: readonly number[];
}

/** Per ring vertex: share of head motion and of breathing. */
export interface RingWeights {
  readonly follow: number;
  readonly torso: number;
}

/** Joins the oval and the rings around it with triangles, turning the same way as the face's. */
export function ringTriangles(oval: Uint16Array, first: number): Uint16Array {
  const n = oval.length;
  const triangles = new Uint16Array(RING_FACTORS.length * n * 6);
  const at = (ring: number, i: number) => (ring === 0 ? oval[i % n]! : first + (ring - 1) * n + (i % n));
  let to = 0;
  for (let ring = 0; ring < RING_FACTORS.length; ring++) {
    for (let i = 0; i < n; i++) {
      const [a, b, c, d] = [at(ring, i), at(ring, i + 1), at(ring + 1, i), at(ring + 1, i + 1)];
      triangles.set([a, b, c, b, d, c], to);
      to += 6;
    }
  }
  return triangles;
}

/** The face's centre in pixels: between the mean of its sides (234, 454) and the mean of its ends (10, 152). */
export function faceCentre(positions: Float32Array): [number, number] {
  const mean = (c: number) => [234, 454, 10, 152].reduce((sum, v) => sum + positions[v * 2 + c]!, 0) / 4;
  return [mean(0), mean(1)];
}

/** Cosine of the angle between the ray from the face's centre to oval vertex `i` and the face's downward direction, in head space. */
function downwardness(source: RingSource, i: number): number {
  const { head, oval } = source;
  const centreX = (head[234 * 3]! + head[454 * 3]! + head[10 * 3]! + head[152 * 3]!) / 4;
  const centreY = (head[234 * 3 + 1]! + head[454 * 3 + 1]! + head[10 * 3 + 1]! + head[152 * 3 + 1]!) / 4;
  const x = head[oval[i]! * 3]! - centreX;
  const y = head[oval[i]! * 3 + 1]! - centreY;
  return y / (Math.hypot(x, y) || 1);
}

/** Depth added outwards, IOD, where the head curves back: full at the sides, less above, little below the chin. */
const RING_DEPTH = 1.1;

/** Places ring vertices: pixels to `positions`, head space to `head` (both with room for them), and returns their weights. */
export function placeRings(source: RingSource): RingWeights[] {
  const { positions, head, oval, first } = source;
  const [x, y] = faceCentre(positions);
  const weights: RingWeights[] = [];
  RING_FACTORS.forEach((factor, ring) => {
    oval.forEach((from, i) => {
      const vertex = first + ring * oval.length + i;
      const px = x + (positions[from * 2]! - x) * factor;
      const py = y + (positions[from * 2 + 1]! - y) * factor;
      positions[vertex * 2] = px;
      positions[vertex * 2 + 1] = py;
      const down = downwardness(source, i);
      const curve = down > 0 ? 1 - 0.65 * smooth(0.3, 0.9, down) : 1 - 0.4 * smooth(0.3, 0.9, -down);
      const moved = ringHead(source, from, factor);
      head[vertex * 3] = moved[0];
      head[vertex * 3 + 1] = moved[1];
      head[vertex * 3 + 2] = head[from * 3 + 2]! + RING_DEPTH * curve * smooth(1, 1.5, factor);
      weights.push(ringWeights(source, i, factor, down, vertex));
    });
  });
  return weights;
}

function ringHead({ head }: RingSource, from: number, factor: number): [number, number] {
  const centre = (c: number) => (head[234 * 3 + c]! + head[454 * 3 + c]! + head[10 * 3 + c]! + head[152 * 3 + c]!) / 4;
  const along = (c: number) => centre(c) + (head[from * 3 + c]! - centre(c)) * factor;
  return [along(0), along(1)];
}

/** Without a contour, hair is taken to end within the first of these, face radii, and the background to stand still at the second. */
const USUAL_HAIR = [1.4, 2] as const;
/** With one: follows to just beyond it, and is still a little further out. */
const BEYOND_CONTOUR = [0.1, 0.4] as const;
/** Below the face motion fades between these heights (IOD below the eyes), hair beside the neck together with the neck. */
const NECK = [1.6, 2.95] as const;

function ringWeights(source: RingSource, i: number, factor: number, down: number, vertex: number): RingWeights {
  const { positions, head, contour } = source;
  const side = Math.min(source.width, source.height, 6.2 * source.iod);
  const [x, y] = [positions[vertex * 2]!, positions[vertex * 2 + 1]!];
  const border = Math.min(x, source.width - x, y) / side;
  const below = smooth(0.55, 0.9, down);
  const edge = contour?.[i];
  const near = edge === undefined ? USUAL_HAIR[0] : edge + BEYOND_CONTOUR[0];
  const far = edge === undefined ? USUAL_HAIR[1] : edge + BEYOND_CONTOUR[1];
  const outwards = 1 - smooth(near, far, factor);
  const downwards = 1 - smooth(NECK[0], NECK[1], head[vertex * 3 + 1]!);
  return {
    follow: (outwards + (1 - outwards) * below) * downwards * smooth(-0.01, 0.11, border),
    torso: below * smooth(1.2, 2, factor) + (1 - below) * smooth(2, 3, factor) * smooth(0, 0.5, down),
  };
}
