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

/** Sides of the tiles that are searched, in the picture's longer sides, until a face is found. */
const TILES = [1, 0.5, 0.28] as const;

/** Enlarged texture can look like a face: what tiles show has to be surer than usual, and large enough to be of use, pixels. */
const TILE_CONFIDENCE = 0.7;
const TILE_FACE = 64;

/** The mesh network is surer than this of every real or painted face, read three times, and of hardly anything else. */
const SURE = 0.9;

/** All faces, largest first. A picture in which none is seen is searched again in overlapping tiles, where small faces are larger. */
async function detect(networks: FaceNetworks, picture: Picture): Promise<FaceBox[]> {
  let seen: DetectedFace[] = [];
  for (const share of TILES) {
    const found: DetectedFace[] = [];
    for (const tile of tiles(picture, share)) found.push(...(await detectFaces(networks, picture, tile)));
    for (const face of suppressOverlaps(found)) {
      if (share < 1 && (face.confidence < TILE_CONFIDENCE || face.width < TILE_FACE)) continue;
      if (await readMesh(networks, picture, patchAround(face), 3, SURE)) seen.push(face);
    }
    if (seen.length > 0) break;
  }
  seen = seen.sort((a, b) => b.width * b.height - a.width * a.height);
  return seen.map(({ x, y, width, height, confidence }) => ({
    x: Math.round(x - width / 2),
    y: Math.round(y - height / 2),
    width: Math.round(width),
    height: Math.round(height),
    confidence,
  }));
}

/** Squares that cover the picture, each overlapping the next by a third or more. */
function tiles(picture: Picture, share: number): Patch[] {
  if (share === 1) return [whole(picture)];
  const { width, height } = picture;
  const side = Math.max(width, height) * share;
  const along = (length: number) => {
    if (length <= side) return [length / 2];
    const steps = Math.ceil((length - side) / (side * 0.65));
    return Array.from({ length: steps + 1 }, (_, i) => side / 2 + ((length - side) * i) / steps);
  };
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
