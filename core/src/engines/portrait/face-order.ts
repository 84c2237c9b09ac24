import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { createTriangleList, type TriangleList } from '../../render/cpu/mesh-painter.ts';
import type { HeadPose } from './pose.ts';
import type { PreparedPortrait } from './prepared.ts';

const BUCKETS = 256;
const NEAREST = -1.6; // IOD: depth range of a face, nose tip to behind the ears, turned
const FARTHEST = 1.6;
const TURNED = (8 * Math.PI) / 180; // below this turn no part of a face hides another

/** The order in which face triangles are drawn: as they come, or far before near on a turned head, so that the nose hides the cheek. */
export class FaceOrder {
  private readonly list: TriangleList;
  private readonly head: Float32Array;
  private readonly scratch: TriangleList;
  private readonly bucket: Uint8Array;
  private readonly starts = new Uint32Array(BUCKETS + 1);
  private readonly axisZ: readonly [number, number, number];

  constructor(prepared: PreparedPortrait, list: TriangleList, memory: KernelMemory) {
    this.list = list;
    this.head = prepared.head;
    this.scratch = createTriangleList(memory, list.indices);
    this.bucket = new Uint8Array(list.kinds.length);
    const { x, y, z } = prepared.axes;
    this.axisZ = [x[2], y[2], z[2]];
  }

  /** The face's triangles, valid until the next call. */
  sorted(pose: HeadPose, offsets: Float32Array): TriangleList {
    const sourceYaw = Math.abs(Math.asin(Math.max(-1, Math.min(1, this.axisZ[0]))));
    if (Math.abs(pose.yaw) <= TURNED && sourceYaw <= TURNED) return this.list;
    const { head, bucket, starts, scratch } = this;
    const cos = Math.cos(pose.yaw);
    const sin = Math.sin(pose.yaw);
    const [zx, zy, zz] = this.axisZ;
    const triangles = this.list.indices;
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
      const to = starts[bucket[t]!]!++;
      scratch.kinds[to] = this.list.kinds[t]!;
      for (let corner = 0; corner < 3; corner++) scratch.indices[3 * to + corner] = triangles[3 * t + corner]!;
    }
    return scratch;
  }
}
