import { LEFT_BROW, LEFT_EYE, LIP_ROWS, RIGHT_BROW, RIGHT_EYE } from '../mesh/topology.ts';
import type { Triple } from '../prepared.ts';
import { type FieldSubject, heldPins, type PinMap, ringVertices, upperOval, verticesBeyond } from './pins.ts';
import { BROW_ROWS, type BrowRecipe, type LidRecipe } from './upper-shapes.ts';

/** Pins of a brow shape on the given sides (-1 the subject's right, 1 the left). */
export function browPins(subject: FieldSubject, recipe: BrowRecipe, sides: readonly (-1 | 1)[]): PinMap {
  const pins = heldPins(subject, 'brows');
  for (const side of [-1, 1] as const) {
    const brow = side < 0 ? RIGHT_BROW : LEFT_BROW;
    const eye = side < 0 ? RIGHT_EYE : LEFT_EYE;
    const on = sides.includes(side) ? 1 : 0;
    const move = (vertices: readonly number[], share: number) => {
      vertices.forEach((vertex, i) => {
        const outwards = recipe.outwards[i]! * side;
        pins.set(vertex, [outwards * share * on, recipe.down[i]! * share * on, 0]);
      });
    };
    move(brow.lower, BROW_ROWS.lower);
    move(brow.upper, BROW_ROWS.upper);
    move(brow.forehead, BROW_ROWS.forehead);
    move([...eye.brow].reverse(), recipe.lidSkin);
    move([...eye.crease].slice(1, 6).reverse(), recipe.crease);
  }
  return pins;
}

const LIDS_OF = { [-1]: ['rightUpper', 'rightLower'], 1: ['leftUpper', 'leftLower'] } as const;

/** Gap between the lids along one eye, per fine column, IOD, never negative. */
export function lidGaps(subject: FieldSubject, side: -1 | 1): Float32Array {
  const [upper, lower] = LIDS_OF[side];
  const low = subject.rows[lower];
  return Float32Array.from(subject.rows[upper], (vertex, i) =>
    Math.max(0, subject.head[low[i]! * 3 + 1]! - subject.head[vertex * 3 + 1]!),
  );
}

/** Pins of a lid shape on one side (-1 the subject's right, 1 the left). Only that eye's surroundings move. */
export function lidPins(subject: FieldSubject, recipe: LidRecipe, side: -1 | 1): PinMap {
  const pins = stillAroundEyes(subject);
  const eye = side < 0 ? RIGHT_EYE : LEFT_EYE;
  const gaps = lidGaps(subject, side);
  const widest = Math.max(...gaps);
  const down = (dy: number): Triple => [0, dy, 0];
  const [upper, lower] = LIDS_OF[side];
  subject.rows[upper].forEach((vertex, i) => {
    pins.set(vertex, down(recipe.upper * gaps[i]!));
  });
  subject.rows[lower].forEach((vertex, i) => {
    pins.set(vertex, down(recipe.lower * gaps[i]!));
  });
  const columns = (gaps.length - 1) / 8;
  eye.crease.forEach((vertex, i) => {
    pins.set(vertex, down(recipe.crease * gaps[(i + 1) * columns]!));
  });
  for (const vertex of eye.brow) pins.set(vertex, down(recipe.brow * widest));
  for (const vertex of eye.below) pins.set(vertex, down(recipe.below * widest));
  pins.set(side < 0 ? 117 : 346, down(recipe.cheek));
  return pins;
}

/** Lids move no skin above or below these heights, IOD below the eyes. */
const HIGHEST_SKIN = -0.6;
const LOWEST_SKIN = 0.6;

/** Everything that lids do not move: outline, brows, nose, lips, the other eye. */
function stillAroundEyes(subject: FieldSubject): PinMap {
  const pins: PinMap = new Map();
  const hold = (vertices: Iterable<number>) => {
    for (const vertex of vertices) pins.set(vertex, [0, 0, 0]);
  };
  hold(ringVertices(subject, 0));
  hold(verticesBeyond(subject, HIGHEST_SKIN, LOWEST_SKIN));
  hold(upperOval(subject));
  for (const row of LIP_ROWS) hold(subject.rows[row]);
  for (const [brow, eye] of [
    [RIGHT_BROW, RIGHT_EYE],
    [LEFT_BROW, LEFT_EYE],
  ] as const) {
    hold([...brow.lower, ...brow.upper, ...eye.crease, ...eye.brow, ...eye.below]);
  }
  for (const lids of Object.values(LIDS_OF)) for (const lid of lids) hold(subject.rows[lid]);
  hold([9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 117, 346]);
  return pins;
}
