import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { smooth } from '../../base/maths.ts';
import { DEPTH, meet, SIDEWAYS } from './deform.ts';
import type { PreparedPortrait } from './prepared.ts';
import { WeightedFields } from './weighted-fields.ts';

const HAT_CENTRES = [-0.82, -0.55, -0.27, 0, 0.27, 0.55, 0.82];
const UPPER_SHARE = 0.4; // of what closes a gap, as in the hats themselves
const MIDDLE = 0.3; // of the half width: the columns whose widest gap is "the gap" that a ceiling bounds
const TOUCHING = 1e-5; // IOD: overlaps smaller than this are rounding
const MEETING = 0.03; // IOD: below this gap the edges also meet sideways and in depth, so that no turn opens them

/** Measures the opening between the inner lip edges and holds it under a ceiling, by smooth fields first and exactly at the end. */
export class LipGap {
  /** One a column (left to right): the gap after the last `limit`, IOD. */
  readonly gaps: Float32Array;
  private readonly head: Float32Array;
  private readonly upper: Uint16Array;
  private readonly lower: Uint16Array;
  private readonly hats: WeightedFields;
  /** One a column: its place between the corners, -1..1. */
  private readonly places: Float32Array;
  private readonly excess: Float32Array;
  private readonly targets: Float32Array;

  constructor(prepared: PreparedPortrait, memory: KernelMemory) {
    this.head = prepared.head;
    this.upper = prepared.mouth.upper;
    this.lower = prepared.mouth.lower;
    this.hats = new WeightedFields(prepared.hats, memory);
    const columns = this.upper.length;
    this.gaps = new Float32Array(columns);
    this.excess = new Float32Array(columns);
    this.targets = new Float32Array(columns);
    this.places = new Float32Array(columns);
    const left = this.head[this.upper[0]! * 3]!;
    const right = this.head[this.upper[columns - 1]! * 3]!;
    for (let k = 0; k < columns; k++) {
      const x = (this.head[this.upper[k]! * 3]! + this.head[this.lower[k]! * 3]!) / 2;
      this.places[k] = ((x - left) / (right - left)) * 2 - 1;
    }
  }

  /** The widest gap near the middle, IOD. */
  get middle(): number {
    let widest = 0;
    for (let k = 0; k < this.gaps.length; k++) {
      if (Math.abs(this.places[k]!) <= MIDDLE) widest = Math.max(widest, this.gaps[k]!);
    }
    return widest;
  }

  /** Bounds the gap by `ceiling` (IOD) and takes out overlaps, changing `offsets` (3n). Columns keep their proportions. */
  limit(offsets: Float32Array, ceiling: number): void {
    this.measure(offsets);
    const middle = this.middle;
    const share = middle > ceiling ? ceiling / middle : 1;
    if (share === 1 && this.gaps.every((gap) => gap >= -TOUCHING)) return;
    const { gaps, excess, targets } = this;
    for (let k = 0; k < gaps.length; k++) targets[k] = Math.max(0, gaps[k]!) * share;
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < gaps.length; k++) excess[k] = gaps[k]! - targets[k]!;
      for (let hat = 0; hat < HAT_CENTRES.length; hat++) this.hats.add(offsets, hat, this.excessAt(HAT_CENTRES[hat]!));
      this.measure(offsets);
    }
    this.settle(offsets);
    this.measure(offsets);
  }

  private measure(offsets: Float32Array): void {
    const { head, upper, lower, gaps } = this;
    for (let k = 0; k < gaps.length; k++) {
      const a = upper[k]! * 3 + 1;
      const b = lower[k]! * 3 + 1;
      gaps[k] = head[b]! + offsets[b]! - head[a]! - offsets[a]!;
    }
  }

  /** The excess at a place across the lips, linear between columns. */
  private excessAt(place: number): number {
    const { places, excess } = this;
    let k = 0;
    while (k < places.length - 2 && places[k + 1]! < place) k++;
    const part = (place - places[k]!) / (places[k + 1]! - places[k]!);
    return excess[k]! + (excess[k + 1]! - excess[k]!) * part;
  }

  /** Moves the edges themselves by what the smooth fields left over. */
  private settle(offsets: Float32Array): void {
    const { upper, lower, gaps, head, targets } = this;
    for (let k = 1; k < gaps.length - 1; k++) {
      const a = upper[k]! * 3;
      const b = lower[k]! * 3;
      const rest = gaps[k]! - targets[k]!;
      offsets[a + 1]! += UPPER_SHARE * rest;
      offsets[b + 1]! -= (1 - UPPER_SHARE) * rest;
      const share = 1 - smooth(0, MEETING, targets[k]!);
      meet(head, offsets, a, b, SIDEWAYS, share);
      meet(head, offsets, a, b, DEPTH, share);
    }
  }
}
