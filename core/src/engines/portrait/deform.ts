import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { smooth } from '../../base/maths.ts';
import { SHAPES } from '../../motion/pose.ts';
import type { Expression } from './expression.ts';
import { LipGap } from './gap.ts';
import type { PreparedEye, PreparedPortrait } from './prepared.ts';
import { fieldBytes, WeightedFields } from './weighted-fields.ts';

const TURNED = 0.15; // radians of source yaw from which the far half of the face is drawn from few pixels

/** Axes of head space. */
export const SIDEWAYS = 0;
export const DEPTH = 2;

/** Turns expressions into displacements of a subject's vertices. */
export class Deformation {
  /** 3n: displacements in head space, IOD. */
  readonly offsets: Float32Array;
  readonly lips: LipGap;
  private readonly prepared: PreparedPortrait;
  /** n: how far each vertex follows sideways; less on the far half of a face that is turned away. Absent when it looks ahead. */
  private readonly sideways: Float32Array | undefined;
  private readonly fields: WeightedFields;

  constructor(prepared: PreparedPortrait, memory: KernelMemory) {
    this.prepared = prepared;
    this.offsets = memory.floats(prepared.head.length);
    this.lips = new LipGap(prepared, memory);
    this.sideways = Math.abs(prepared.yaw) > TURNED ? sidewaysOf(prepared) : undefined;
    this.fields = new WeightedFields(shapeFields(prepared), memory);
  }

  /** Neutral face, plus weighted fields, lids kept from crossing, lips bounded by the ceiling. */
  apply(expression: Expression): void {
    this.offsets.set(this.prepared.neutral);
    for (let k = 0; k < SHAPES.length; k++) this.fields.add(this.offsets, k, expression.weights[k]!);
    if (this.sideways) for (let k = 0; k < this.sideways.length; k++) this.offsets[3 * k]! *= this.sideways[k]!;
    for (const eye of this.prepared.eyes) this.partLids(eye);
    this.lips.limit(this.offsets, expression.gapCeiling);
  }

  /** Where lids would cross they meet: the upper one takes nine tenths of the way back, as it does in a blink. */
  private partLids(eye: PreparedEye): void {
    const { head } = this.prepared;
    const { offsets } = this;
    for (let k = 1; k < eye.upper.length - 1; k++) {
      const upper = eye.upper[k]! * 3;
      const lower = eye.lower[k]! * 3;
      const gap = head[lower + 1]! + offsets[lower + 1]! - head[upper + 1]! - offsets[upper + 1]!;
      if (gap >= 0) continue;
      offsets[upper + 1]! += 0.9 * gap;
      offsets[lower + 1]! -= 0.1 * gap;
      meet(head, offsets, upper, lower, DEPTH, 1);
    }
  }
}

/** A portrait's fields in the order of `SHAPES`. */
const shapeFields = ({ fields }: PreparedPortrait) => SHAPES.map((shape) => fields[shape]);

/** The bytes that a portrait's deformation takes in five parts. */
export const deformationBytes = (prepared: PreparedPortrait): number =>
  4 * prepared.head.length + fieldBytes(shapeFields(prepared)) + fieldBytes(prepared.hats);

/** The far half moves sideways by the square of the turn's cosine, as little as is seen of it. */
function sidewaysOf({ head, yaw }: PreparedPortrait): Float32Array {
  const far = Math.sign(yaw); // + is turned to the image's right, which hides that side
  const least = Math.cos(yaw) ** 2;
  return Float32Array.from(
    { length: head.length / 3 },
    (_, k) => 1 - (1 - least) * smooth(-0.1, 0.25, far * head[3 * k]!),
  );
}

/** Brings two vertices (given as 3 × index) `share` of the way together along one axis. */
export function meet(
  head: Float32Array,
  offsets: Float32Array,
  a: number,
  b: number,
  axis: number,
  share: number,
): void {
  const apart = head[b + axis]! + offsets[b + axis]! - head[a + axis]! - offsets[a + axis]!;
  offsets[a + axis]! += 0.5 * share * apart;
  offsets[b + axis]! -= 0.5 * share * apart;
}
