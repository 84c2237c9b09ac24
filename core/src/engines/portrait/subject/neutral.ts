import { clamp } from '../../../base/maths.ts';
import type { Shape } from '../../../motion/pose.ts';
import { type FieldSubject, heldPins, type PinMap } from '../fields/pins.ts';
import { type FieldSpace, solveFields } from '../fields/solve.ts';
import type { LipRow } from '../mesh/topology.ts';
import type { Field, Triple } from '../prepared.ts';

/** The displacements that make the source a closed, relaxed mouth. */
export interface Neutral {
  /** 3 per vertex, IOD. */
  readonly offsets: Float32Array;
  readonly weights: Partial<Record<Shape, number>>;
}

/** Shares of a column's gap by which each lip row moves down to close parted lips. */
const CLOSING: Readonly<Record<LipRow, number>> = {
  outerUpper: 0.2,
  middleUpper: 0.28,
  middleUpper2: 0.34,
  innerUpper: 0.4,
  innerLower: -0.6,
  middleLower2: -0.58,
  middleLower: -0.55,
  outerLower: -0.5,
};
/** Shares of the middle gap by which chin and jaw line rise with it. */
const JAW_CLOSING: readonly (readonly [number, number])[] = [
  ...[200, 199, 175].map((vertex) => [vertex, -0.38] as const),
  [152, -0.35],
  ...[148, 377].map((vertex) => [vertex, -0.34] as const),
  ...[176, 400].map((vertex) => [vertex, -0.32] as const),
  ...[149, 378].map((vertex) => [vertex, -0.28] as const),
  ...[150, 379].map((vertex) => [vertex, -0.2] as const),
  ...[136, 365].map((vertex) => [vertex, -0.12] as const),
];

/** A mouth wider than this, corner to corner, is smiling; by the second it smiles broadly, IOD. */
const RELAXED_WIDTH = 0.92;
const SMILE_SPAN = 0.26;
const MOST_RELAXED = 0.6;

/**
 * Finds what has to be undone in a source's expression. `keep` (0..1) leaves that share of it in place.
 * `smiles` are the fields of a smile on the left and on the right.
 */
export function relaxSource(
  subject: FieldSubject,
  space: FieldSpace,
  open: boolean,
  smiles: readonly [Field, Field],
  keep: number,
): Neutral {
  const offsets = new Float32Array(subject.head.length);
  const share = 1 - clamp(keep);
  const width = subject.head[291 * 3]! - subject.head[61 * 3]!;
  const smile = share * clamp((width - RELAXED_WIDTH) / SMILE_SPAN, 0, MOST_RELAXED);
  if (open) {
    const [closing] = solveFields(space, [closingPins(subject)]);
    add(offsets, closing!, share);
  }
  if (smile > 0) for (const field of smiles) add(offsets, field, -smile);
  return { offsets, weights: smile > 0 ? { mouthSmileLeft: -smile, mouthSmileRight: -smile } : {} };
}

function add(offsets: Float32Array, { index, delta }: Field, weight: number): void {
  index.forEach((vertex, k) => {
    for (let axis = 0; axis < 3; axis++) offsets[vertex * 3 + axis]! += weight * delta[k * 3 + axis]!;
  });
}

function closingPins(subject: FieldSubject): PinMap {
  const { head, rows } = subject;
  const pins = heldPins(subject, 'jaw');
  const gaps = Array.from(rows.innerUpper, (upper, i) =>
    Math.max(0, head[rows.innerLower[i]! * 3 + 1]! - head[upper * 3 + 1]!),
  );
  for (const [row, share] of Object.entries(CLOSING) as [LipRow, number][]) {
    rows[row].forEach((vertex, i) => {
      pins.set(vertex, [0, share * gaps[i]!, 0] satisfies Triple);
    });
  }
  const middle = gaps[gaps.length >> 1]!;
  for (const [vertex, share] of JAW_CLOSING) pins.set(vertex, [0, share * middle, 0]);
  return pins;
}
