import type { Picture } from '@orator/core/media/frame';
import {
  detectFaces,
  type FaceNetworks,
  patchAround,
  patchAroundLandmarks,
  readMesh,
} from '@orator/core/models/face-networks';

/**
 * Follows the largest face from picture to picture. The points of one picture only tell where to look in the next: each reading is
 * its own, nothing is smoothed over time. Returns 468 × 3 values in pixels, or `null` where no face is seen.
 */
export function createFaceFollower(networks: FaceNetworks): (picture: Picture) => Promise<Float32Array | null> {
  let last: Float32Array | null = null;
  const find = async (picture: Picture) => {
    const { width, height } = picture;
    const whole = { x: width / 2, y: height / 2, side: Math.max(width, height), angle: 0 };
    const [largest] = (await detectFaces(networks, picture, whole)).sort((a, b) => b.width - a.width);
    return largest ? readMesh(networks, picture, patchAround(largest), 1) : null;
  };
  return async (picture) => {
    last ??= await find(picture);
    if (last === null) return null;
    let points: Float32Array | null = await readMesh(networks, picture, patchAroundLandmarks(last), 1);
    if (points === null) {
      const found: Float32Array | null = await find(picture);
      points = found && (await readMesh(networks, picture, patchAroundLandmarks(found), 1));
    }
    last = points;
    return points;
  };
}
