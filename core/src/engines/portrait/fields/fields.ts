import type { Shape } from '../../../motion/pose.ts';
import { LIP_ROWS } from '../mesh/topology.ts';
import type { Field } from '../prepared.ts';
import { MOUTH_SHAPES, MOUTH_SIDES } from './mouth-shapes.ts';
import { acrossMouth, type FieldSubject, heldPins, type LIP_ROW_BLEND, type PinMap, shapePins } from './pins.ts';
import type { ShapeRecipe } from './recipe.ts';
import { type FieldSpace, solveFields } from './solve.ts';
import { browPins, lidPins } from './upper-pins.ts';
import { asDrawn, BROWS, CHEEK_SHAPES, CHEEK_SIDES, LIDS } from './upper-shapes.ts';

type Group = 'mouth' | 'jaw' | 'cheeks' | 'brows' | 'lids';

/** All fields of a subject, and the seven hats of gap control. */
export interface SubjectFields {
  readonly fields: Partial<Record<Shape, Field>>;
  readonly hats: Field[];
}

/** Solves every shape's field. Shapes whose held vertices agree are solved together. */
export function solveSubjectFields(subject: FieldSubject, space: FieldSpace, drawnEyes: boolean): SubjectFields {
  const groups: Record<Group, { name: string; pins: PinMap }[]> = {
    mouth: [],
    jaw: [],
    cheeks: [],
    brows: [],
    lids: [],
  };
  for (const [name, recipe] of Object.entries<ShapeRecipe>({ ...MOUTH_SHAPES, ...CHEEK_SHAPES })) {
    groups[recipe.held].push({ name, pins: shapePins(subject, recipe) });
  }
  for (const [name, recipe] of Object.entries<ShapeRecipe>({ ...MOUTH_SIDES, ...CHEEK_SIDES })) {
    groups[recipe.held].push({ name: `${name}Left`, pins: shapePins(subject, recipe, 1) });
    groups[recipe.held].push({ name: `${name}Right`, pins: shapePins(subject, recipe, -1) });
  }
  groups.brows.push({ name: 'browInnerUp', pins: browPins(subject, BROWS.browInnerUp, [-1, 1]) });
  for (const name of ['browDown', 'browOuterUp'] as const) {
    groups.brows.push({ name: `${name}Left`, pins: browPins(subject, BROWS[name], [1]) });
    groups.brows.push({ name: `${name}Right`, pins: browPins(subject, BROWS[name], [-1]) });
  }
  for (const [name, natural] of Object.entries(LIDS)) {
    const recipe = drawnEyes ? asDrawn(natural) : natural;
    groups.lids.push({ name: `${name}Left`, pins: lidPins(subject, recipe, 1) });
    groups.lids.push({ name: `${name}Right`, pins: lidPins(subject, recipe, -1) });
  }
  HAT_CENTRES.forEach((_, i) => {
    groups.mouth.push({ name: `hat${i}`, pins: hatPins(subject, i) });
  });
  const solved: Record<string, Field> = {};
  for (const group of Object.values(groups)) {
    const fields = solveFields(
      space,
      group.map(({ pins }) => pins),
    );
    group.forEach(({ name }, i) => {
      solved[name] = fields[i]!;
    });
  }
  solved.jawRight = negated(solved.jawLeft!);
  solved.mouthRight = negated(solved.mouthLeft!);
  const hats = HAT_CENTRES.map((_, i) => solved[`hat${i}`]!);
  const fields = Object.fromEntries(Object.entries(solved).filter(([name]) => !name.startsWith('hat')));
  return { fields, hats };
}

const negated = ({ index, delta }: Field): Field => ({ index, delta: delta.map((value) => -value) });

/** Where the hats of gap control stand across the mouth; each falls to nothing at its neighbours. */
export const HAT_CENTRES = [-0.82, -0.55, -0.27, 0, 0.27, 0.55, 0.82] as const;

/** How far lip outlines close per unit of gap removed: the upper lip takes 40 %, the lower 60 %, outlines follow less. */
const HAT = { outerUpper: 0.22, innerUpper: 0.4, innerLower: -0.6, outerLower: -0.46 };
/** Middle rows' own shares, as measured to keep lips from bunching: outer to inner. */
const HAT_ROWS = {
  outerUpper: HAT.outerUpper,
  middleUpper: 0.32,
  middleUpper2: 0.37,
  innerUpper: HAT.innerUpper,
  innerLower: HAT.innerLower,
  middleLower2: -0.57,
  middleLower: -0.53,
  outerLower: HAT.outerLower,
} as const satisfies Record<keyof typeof LIP_ROW_BLEND, number>;

/** A gap of 1 at hat `i` closes by this: lips as above, the chin's skin a little, the chin itself not at all. */
export function hatPins(subject: FieldSubject, i: number): PinMap {
  const pins = heldPins(subject, 'mouth');
  const across = acrossMouth(subject);
  const centres = [-1, ...HAT_CENTRES, 1];
  const [before, centre, after] = [centres[i]!, centres[i + 1]!, centres[i + 2]!];
  const weight = (s: number) =>
    Math.max(0, s < centre ? (s - before) / (centre - before) : (after - s) / (after - centre));
  for (const row of LIP_ROWS) {
    const along = acrossMouth(subject, row);
    for (const vertex of subject.rows[row]) pins.set(vertex, [0, HAT_ROWS[row] * weight(along(vertex)), 0]);
  }
  for (const vertex of [200, 199]) pins.set(vertex, [0, -0.175 * weight(across(vertex)), 0]);
  if (centre === 0) pins.set(164, [0, 0.08, 0]);
  for (const vertex of [152, 148, 377, 2]) pins.set(vertex, [0, 0, 0]);
  return pins;
}
