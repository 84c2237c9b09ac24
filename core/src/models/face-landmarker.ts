import type { Picture } from '../media/frame.ts';
import { type Patch, readPatch } from '../media/patch.ts';
import { type FaceBox, type FaceLandmarker, PEOPLE_SIDE } from './face-landmarks.ts';
import {
  type DetectedFace,
  detectFaces,
  type FaceNetwork,
  type FaceNetworks,
  MAX_READINGS,
  patchAround,
  patchAroundLandmarks,
  readDescriptor,
  readIrises,
  readMesh,
  suppressOverlaps,
} from './face-networks.ts';

/** Makes a landmarker of networks that some runtime runs. `dispose` frees what the runtime holds. */
export function createFaceLandmarker(
  name: string,
  networks: FaceNetworks,
  dispose: () => Promise<void>,
): FaceLandmarker {
  return {
    name,
    detect: (picture) => detect(networks, picture),
    landmarks: async (picture, { irises, readings = 1 }) => {
      const around = await findFace(networks, picture);
      const points = around && (await readMesh(networks, picture, around, Math.min(readings, MAX_READINGS)));
      if (!points || !irises) return points;
      const all = new Float32Array(478 * 3);
      all.set(points);
      all.set(await readIrises(networks, picture, points), 468 * 3);
      return all;
    },
    describe: async (picture) => {
      const around = await findFace(networks, picture);
      return around && readDescriptor(networks, picture, around);
    },
    ...(networks.people ? { people: (picture) => readPeople(networks.people!, picture) } : {}),
    [Symbol.asyncDispose]: dispose,
  };
}

/** Reads the whole of a square picture. */
function readPeople(people: FaceNetwork, picture: Picture): Promise<Float32Array> {
  const input = new Float32Array(PEOPLE_SIDE * PEOPLE_SIDE * 3);
  readPatch(picture, whole(picture), PEOPLE_SIDE, input, 0, { scale: 1 / 255, bias: 0 });
  return people(input, 1, PEOPLE_SIDE).then(([matte]) => matte!);
}

const whole = ({ width, height }: Picture): Patch => ({
  x: width / 2,
  y: height / 2,
  side: Math.max(width, height),
  angle: 0,
});

/** All faces, largest first. A picture in which none is seen is searched again in overlapping quarters, where small faces are larger. */
async function detect(networks: FaceNetworks, picture: Picture): Promise<FaceBox[]> {
  let faces = await detectFaces(networks, picture, whole(picture));
  if (faces.length === 0) {
    const tiles = quarters(picture);
    const found: DetectedFace[] = [];
    for (const tile of tiles) found.push(...(await detectFaces(networks, picture, tile)));
    faces = suppressOverlaps(found);
  }
  const seen: DetectedFace[] = [];
  for (const face of faces) if (await readMesh(networks, picture, patchAround(face), 1)) seen.push(face);
  return seen
    .sort((a, b) => b.width * b.height - a.width * a.height)
    .map(({ x, y, width, height, confidence }) => ({
      x: Math.round(x - width / 2),
      y: Math.round(y - height / 2),
      width: Math.round(width),
      height: Math.round(height),
      confidence,
    }));
}

/** Squares of 60 % of the picture's shorter side or half its longer one, in its corners and centre. */
function quarters({ width, height }: Picture): Patch[] {
  const side = Math.max(Math.min(width, height) * 0.6, Math.max(width, height) * 0.5);
  const along = (length: number) => (length <= side ? [length / 2] : [side / 2, length / 2, length - side / 2]);
  return along(height).flatMap((y) => along(width).map((x) => ({ x, y, side, angle: 0 })));
}

/** The upright patch around the largest face, found by one reading of the mesh. */
async function findFace(networks: FaceNetworks, picture: Picture): Promise<Patch | null> {
  const faces = await detectFaces(networks, picture, whole(picture));
  const [largest] = faces.sort((a, b) => b.width * b.height - a.width * a.height);
  const guess: Patch = largest ? patchAround(largest) : { ...whole(picture), side: whole(picture).side * 0.85 };
  const points = await readMesh(networks, picture, guess, 1);
  return points && patchAroundLandmarks(points);
}
