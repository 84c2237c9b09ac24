import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { clamp } from '../../base/maths.ts';
import { CHANNEL_INDEX, type Extra, type Pose } from '../../motion/pose.ts';
import type { Placement, PreparedPortrait } from './prepared.ts';

const PIVOT = [0, 1.15, 1.05] as const; // IOD: the uppermost neck joint, below and behind the eyes
const EYE_TO_CAMERA = 11; // IOD: about 70 cm, a usual portrait distance
const BREATH_RISE = 0.035; // IOD that a full breath lifts the shoulders
const STILL = 1 / 256; // px: smaller moves count as none, the finest step of bilinear sampling
const DEGREE = Math.PI / 180;
/** Beyond these a picture of one side of the head can no longer pass for the head, however well its mesh folds. */
const FARTHEST = { yaw: [-12, 12], pitch: [-8, 10], roll: [-10, 10] } as const;
const USABLE = 0.9; // of the angle at which the mesh folds
const FREE = 0.6; // of the usable range is followed one to one, the rest approaches the end softly

/** Follows `angle` up to most of the way to its limit, then ever slower. `low` < 0 < `high`. */
export function softLimit(angle: number, low: number, high: number): number {
  const limit = angle < 0 ? -low : high;
  const size = Math.abs(angle);
  const free = FREE * limit;
  if (size <= free) return angle;
  const soft = limit - free;
  if (soft <= 0) return 0;
  return Math.sign(angle) * (free + soft * Math.tanh((size - free) / soft));
}

/** The head's and the torso's attitude in one frame, and where it puts points on the output picture. */
export class HeadPose {
  yaw = 0;
  pitch = 0;
  roll = 0;
  /** 2n: where each vertex is drawn, output px. */
  readonly at: Float32Array;
  /** 2n: where the photo has it, output px. */
  readonly home: Float32Array;
  /** n: whether it is drawn elsewhere than in the photo. */
  readonly moved: Uint8Array;
  /** Output px per IOD. */
  readonly scale: number;
  private readonly prepared: PreparedPortrait;
  /** 2n: projection of the resting head, px. */
  private readonly rest: Float32Array;
  /** Head space to camera space (IOD): 3 × 3 rows and a shift; `still` without and `turned` with the head's motion. */
  private readonly still = new Float64Array(12);
  private readonly turned = new Float64Array(12);
  private readonly spot = new Float64Array(2);
  private swayX = 0;
  private breathY = 0;

  constructor(prepared: PreparedPortrait, placement: Placement, memory: KernelMemory) {
    const n = prepared.follow.length;
    this.prepared = prepared;
    this.scale = prepared.iod * placement.scale;
    this.at = memory.floats(2 * n);
    this.home = new Float32Array(2 * n);
    this.rest = new Float32Array(2 * n);
    this.moved = memory.bytes(n);
    const { x, y, z } = prepared.axes;
    for (let row = 0; row < 3; row++) this.still.set([x[row]!, y[row]!, z[row]!, 0], row * 4);
    const { spot } = this;
    for (let k = 0; k < n; k++) {
      this.home[2 * k] = (prepared.positions[2 * k]! - placement.x) * placement.scale;
      this.home[2 * k + 1] = (prepared.positions[2 * k + 1]! - placement.y) * placement.scale;
      this.project(this.still, prepared.head[3 * k]!, prepared.head[3 * k + 1]!, prepared.head[3 * k + 2]!, spot);
      this.rest.set(spot, 2 * k);
    }
    this.at.set(this.home);
  }

  /** Reads the attitude from `pose`, kept inside what this subject allows. */
  read(pose: Pose): void {
    const value = (extra: Extra) => {
      const raw = pose[CHANNEL_INDEX[extra]]!;
      return Number.isFinite(raw) ? raw : 0;
    };
    const { limits } = this.prepared;
    const bound = (angle: number, axis: 'yaw' | 'pitch' | 'roll') =>
      softLimit(
        angle,
        Math.max(FARTHEST[axis][0] * DEGREE, USABLE * limits[axis][0]),
        Math.min(FARTHEST[axis][1] * DEGREE, USABLE * limits[axis][1]),
      );
    this.yaw = bound(value('headYaw'), 'yaw');
    this.pitch = bound(value('headPitch'), 'pitch');
    this.roll = bound(value('headRoll'), 'roll');
    this.turn(value('headX'), value('headY'), value('headZ'));
    this.swayX = clamp(value('sway'), -0.2, 0.2) * this.scale;
    this.breathY = -BREATH_RISE * clamp(value('breath')) * this.scale;
  }

  /** turned = axes · (rotation about the pivot, then the shift). */
  private turn(shiftX: number, shiftY: number, shiftZ: number): void {
    const [cosYaw, sinYaw] = [Math.cos(this.yaw), Math.sin(this.yaw)];
    const [cosPitch, sinPitch] = [Math.cos(this.pitch), Math.sin(this.pitch)];
    const [cosRoll, sinRoll] = [Math.cos(this.roll), Math.sin(this.roll)];
    // Rows of yaw · pitch · roll. z points away from the camera: a positive yaw brings the nose (z < 0) to +x, a positive pitch to +y.
    const tipped = [
      [cosRoll, -sinRoll, 0],
      [cosPitch * sinRoll, cosPitch * cosRoll, -sinPitch],
      [sinPitch * sinRoll, sinPitch * cosRoll, cosPitch],
    ] as const;
    const rotation = [0, 1, 2].map((column) => {
      const [px, py, pz] = [tipped[0][column]!, tipped[1][column]!, tipped[2][column]!];
      return [cosYaw * px - sinYaw * pz, py, sinYaw * px + cosYaw * pz] as const;
    });
    const shift = [shiftX, shiftY, shiftZ];
    for (let row = 0; row < 3; row++) {
      let moved = 0;
      for (let column = 0; column < 3; column++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += this.still[row * 4 + k]! * rotation[column]![k]!;
        this.turned[row * 4 + column] = sum;
        moved += this.still[row * 4 + column]! * (PIVOT[column]! + shift[column]!) - sum * PIVOT[column]!;
      }
      this.turned[row * 4 + 3] = moved;
    }
  }

  private project(matrix: Float64Array, x: number, y: number, z: number, out: Float64Array): void {
    const depth = matrix[8]! * x + matrix[9]! * y + matrix[10]! * z + matrix[11]!;
    const size = (this.scale * EYE_TO_CAMERA) / (EYE_TO_CAMERA + depth);
    out[0] = (matrix[0]! * x + matrix[1]! * y + matrix[2]! * z + matrix[3]!) * size;
    out[1] = (matrix[4]! * x + matrix[5]! * y + matrix[6]! * z + matrix[7]!) * size;
  }

  /**
   * Moves every vertex from where the photo has it by the difference that head motion and `offsets` (3n, IOD) make to its projection.
   * So zero motion is the photo exactly, whatever lens took it.
   */
  place(offsets: Float32Array): void {
    const { head, follow, torso } = this.prepared;
    const { at, home, rest, moved, turned, still, spot } = this;
    for (let k = 0; k < follow.length; k++) {
      const x = head[3 * k]! + offsets[3 * k]!;
      const y = head[3 * k + 1]! + offsets[3 * k + 1]!;
      const z = head[3 * k + 2]! + offsets[3 * k + 2]!;
      const share = follow[k]!;
      let dx = torso[k]! * this.swayX;
      let dy = torso[k]! * this.breathY;
      if (share > 0) {
        this.project(turned, x, y, z, spot);
        dx += share * (spot[0]! - rest[2 * k]!);
        dy += share * (spot[1]! - rest[2 * k + 1]!);
      }
      if (share < 1) {
        this.project(still, x, y, z, spot);
        dx += (1 - share) * (spot[0]! - rest[2 * k]!);
        dy += (1 - share) * (spot[1]! - rest[2 * k + 1]!);
      }
      const stays = Math.abs(dx) < STILL && Math.abs(dy) < STILL;
      moved[k] = stays ? 0 : 1;
      at[2 * k] = stays ? home[2 * k]! : home[2 * k]! + dx;
      at[2 * k + 1] = stays ? home[2 * k + 1]! : home[2 * k + 1]! + dy;
    }
  }

  /** Where a point of the head (IOD) projects with the head's motion, px from the origin between the eyes. */
  projectTurned(x: number, y: number, z: number, out: Float64Array): void {
    this.project(this.turned, x, y, z, out);
  }

  /** The same without the head's motion. */
  projectStill(x: number, y: number, z: number, out: Float64Array): void {
    this.project(this.still, x, y, z, out);
  }
}
