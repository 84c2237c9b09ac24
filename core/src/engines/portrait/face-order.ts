import type { HeadPose } from './pose.ts';
import type { PreparedPortrait } from './prepared.ts';

const BUCKETS = 256;
const NEAREST = -1.6; // IOD: depth range of a face, nose tip to behind the ears, turned
const FARTHEST = 1.6;
const TURNED = (8 * Math.PI) / 180; // below this turn no part of a face hides another

/** The order in which face triangles are drawn: as they come, or far before near on a turned head, so that the nose hides the cheek. */
export class FaceOrder {
  private readonly triangles: Uint16Array;
  private readonly head: Float32Array;
  private readonly scratch: Uint16Array;
  private readonly bucket: Uint8Array;
  private readonly starts = new Uint32Array(BUCKETS + 1);
  private readonly axisZ: readonly [number, number, number];

  constructor(prepared: PreparedPortrait) {
    this.triangles = prepared.faceTriangles;
    this.head = prepared.head;
    this.scratch = new Uint16Array(this.triangles.length);
    this.bucket = new Uint8Array(this.triangles.length / 3);
    const { x, y, z } = prepared.axes;
    this.axisZ = [x[2], y[2], z[2]];
  }

  /** Triples of vertices, valid until the next call. */
  sorted(pose: HeadPose, offsets: Float32Array): Uint16Array {
    const sourceYaw = Math.abs(Math.asin(Math.max(-1, Math.min(1, this.axisZ[0]))));
    if (Math.abs(pose.yaw) <= TURNED && sourceYaw <= TURNED) return this.triangles;
    const { triangles, head, bucket, starts, scratch } = this;
    const cos = Math.cos(pose.yaw);
    const sin = Math.sin(pose.yaw);
    const [zx, zy, zz] = this.axisZ;
    starts.fill(0);
    for (let t = 0; t < bucket.length; t++) {
      let depth = 0;
      for (let corner = 0; corner < 3; corner++) {
        const k = triangles[3 * t + corner]! * 3;
        const x = head[k]! + offsets[k]!;
        const z = head[k + 2]! + offsets[k + 2]!;
        depth += zx * (cos * x - sin * z) + zy * (head[k + 1]! + offsets[k + 1]!) + zz * (sin * x + cos * z);
      }
      const place = (FARTHEST - depth / 3) / (FARTHEST - NEAREST);
      bucket[t] = Math.max(0, Math.min(BUCKETS - 1, (place * BUCKETS) | 0));
      starts[bucket[t]! + 1]!++;
    }
    for (let k = 1; k <= BUCKETS; k++) starts[k]! += starts[k - 1]!;
    for (let t = 0; t < bucket.length; t++) {
      const to = starts[bucket[t]!]!++ * 3;
      scratch[to] = triangles[3 * t]!;
      scratch[to + 1] = triangles[3 * t + 1]!;
      scratch[to + 2] = triangles[3 * t + 2]!;
    }
    return scratch;
  }
}
