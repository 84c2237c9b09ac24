import type { FaceBox } from '@orator/core/media/face-crop';
import type { Picture } from '@orator/core/media/frame';
import { createFaceLandmarker } from '@orator/core/models/face-landmarker';
import type { FaceBox as DetectedBox } from '@orator/core/models/face-landmarks';
import { detectFaces, type FaceNetworks, patchAroundLandmarks, readMesh } from '@orator/core/models/face-networks';

/** Frames from one search of the whole picture to the next: half a second, in which nobody comes and goes unseen. */
const SEARCH_EVERY = 12;
/** A second face must be so sure and so large against the first to count: posters and passers-by are neither. */
const RIVAL_CONFIDENCE = 0.8;
const RIVAL_AREA_SHARE = 0.3;
/** Boxes that share more than this of their union show the same face. */
const SAME_FACE = 0.3;
/** A face that moved this little since the last search is the same second face. */
const SAME_RIVAL = 0.1;
/** The share of searches in which one second face may be seen. */
const RIVAL_SHARE = 0.2;
/** The mesh network, read three times, is as sure of every face and of hardly any pattern. */
const RIVAL_MESH_CONFIDENCE = 0.9;
const MESH_READINGS = 3;
/** A single search may mistake a pattern for a face. */
const LEAST_RIVAL_SIGHTINGS = 2;
/** Detectors' boxes fill the middle of a face; the mesh is read from a patch half as large again. */
const PATCH_MARGIN = 1.5;

interface Rival {
  box: DetectedBox;
  sightings: number;
}

/**
 * Follows one face from picture to picture by its mesh, which takes a fraction of a search, and searches the whole picture twice a
 * second for others. The box reaches from forehead to chin and from cheek to cheek, as those that Wav2Lip was trained on.
 */
export class FaceWatch {
  readonly #networks: FaceNetworks;
  readonly #search: (picture: Picture) => Promise<readonly DetectedBox[]>;
  readonly #rivals: Rival[] = [];
  #points: Float32Array | null = null;
  #index = 0;
  #searches = 0;

  constructor(networks: FaceNetworks) {
    this.#networks = networks;
    const landmarker = createFaceLandmarker('face-watch', networks, async () => {});
    this.#search = (picture) => landmarker.detect(picture);
  }

  /** The face in the next picture, in pixels that need not be whole or inside it; `null` when none is seen. */
  async look(picture: Picture): Promise<FaceBox | null> {
    const due = this.#index++ % SEARCH_EVERY === 0;
    if (this.#points !== null) {
      this.#points = await readMesh(this.#networks, picture, patchAroundLandmarks(this.#points), 1);
    }
    if (due || this.#points === null) await this.#look(picture, due);
    return this.#points && boundsOf(this.#points);
  }

  /** Searches the picture: quickly, and where that does not find the face and a search is due, in parts too. */
  async #look(picture: Picture, due: boolean): Promise<void> {
    const followed = this.#points && boundsOf(this.#points);
    const shows = (faces: readonly DetectedBox[]) =>
      followed === null ? faces.length > 0 : faces.some((face) => overlap(followed, edgesOf(face)) > SAME_FACE);
    let faces: readonly DetectedBox[] = await this.#glance(picture);
    if (due && !shows(faces)) faces = await this.#search(picture);
    // A face that no search confirms is given up only for another one: turned heads are followed longer than they are found.
    if (!shows(faces) && faces[0] !== undefined) this.#points = await this.#readFace(picture, faces[0]);
    else if (followed === null) this.#points = await this.#readFace(picture, faces[0]);
    if (due) await this.#count(picture, faces);
  }

  /** Whether a second face was seen in so many searches that it belongs to the video, of which `expectedFrames` are to come in all. */
  isCrowded(expectedFrames: number): boolean {
    const expected = Math.max(this.#searches, Math.ceil(expectedFrames / SEARCH_EVERY));
    const least = Math.max(LEAST_RIVAL_SIGHTINGS, expected * RIVAL_SHARE);
    return this.#rivals.some(({ sightings }) => sightings >= least);
  }

  /** A quick search that small faces escape. */
  async #glance(picture: Picture): Promise<DetectedBox[]> {
    const { width, height } = picture;
    const whole = { x: width / 2, y: height / 2, side: Math.max(width, height), angle: 0 };
    const faces = await detectFaces(this.#networks, picture, whole);
    return faces
      .map((face) => ({ ...face, x: face.x - face.width / 2, y: face.y - face.height / 2 }))
      .sort((a, b) => areaOf(b) - areaOf(a));
  }

  async #readFace(picture: Picture, face: DetectedBox | undefined): Promise<Float32Array | null> {
    if (face === undefined) return null;
    const points = await readMesh(this.#networks, picture, patchOf(face), 1);
    return points && readMesh(this.#networks, picture, patchAroundLandmarks(points), 1); // again, upright and centred
  }

  async #count(picture: Picture, faces: readonly DetectedBox[]): Promise<void> {
    this.#searches++;
    const followed = this.#points && boundsOf(this.#points);
    if (followed === null) return;
    const own = faces.find((face) => overlap(edgesOf(face), followed) > SAME_FACE);
    const area = own ? areaOf(own) : (followed.x2 - followed.x1) * (followed.y2 - followed.y1);
    for (const box of faces) {
      if (box === own || box.confidence < RIVAL_CONFIDENCE || areaOf(box) < area * RIVAL_AREA_SHARE) continue;
      if (!(await readMesh(this.#networks, picture, patchOf(box), MESH_READINGS, RIVAL_MESH_CONFIDENCE))) continue;
      const known = this.#rivals.find((rival) => overlap(edgesOf(rival.box), edgesOf(box)) > SAME_RIVAL);
      if (known === undefined) this.#rivals.push({ box, sightings: 1 });
      else Object.assign(known, { box, sightings: known.sightings + 1 });
    }
  }
}

const patchOf = ({ x, y, width, height }: DetectedBox) => ({
  x: x + width / 2,
  y: y + height / 2,
  side: Math.max(width, height) * PATCH_MARGIN,
  angle: 0,
});

const areaOf = ({ width, height }: DetectedBox) => width * height;
const edgesOf = ({ x, y, width, height }: DetectedBox): FaceBox => ({ x1: x, x2: x + width, y1: y, y2: y + height });

function boundsOf(points: Float32Array): FaceBox {
  let [x1, x2, y1, y2] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i + 2 < points.length; i += 3) {
    x1 = Math.min(x1, points[i]!);
    x2 = Math.max(x2, points[i]!);
    y1 = Math.min(y1, points[i + 1]!);
    y2 = Math.max(y2, points[i + 1]!);
  }
  return { x1, x2, y1, y2 };
}

/** Intersection over union. */
function overlap(a: FaceBox, b: FaceBox): number {
  const width = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1));
  const height = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
  const area = (box: FaceBox) => (box.x2 - box.x1) * (box.y2 - box.y1);
  return (width * height) / (area(a) + area(b) - width * height);
}
