import type { Shape } from '../../../motion/pose.ts';

/** A value across half the lips: at the middle, half way and at the corner (|s| = 0, 0.5, 1), quadratic between, IOD. */
export type Across = readonly [number, number, number];

/** How one lip row moves. `x` is outwards from the middle (0 there), `shift` to the image's right, `y` down, `z` away. */
export interface RowRecipe {
  readonly x?: readonly [number, number];
  readonly shift?: Across;
  readonly y?: Across;
  readonly z?: Across;
}

/** Displacements of the four outlines of the lips; the rows between are blended. */
export interface LipRecipe {
  readonly outerUpper: RowRecipe;
  readonly innerUpper: RowRecipe;
  readonly innerLower: RowRecipe;
  readonly outerLower: RowRecipe;
}

/** A vertex pair (right, left) and its displacement: outwards, down, away. */
export type PairHandle = readonly [right: number, left: number, outwards: number, down: number, away: number];
/** A vertex on the mid line and its displacement: down, away. */
export type MiddleHandle = readonly [vertex: number, down: number, away: number];

/** How one shape moves some of the skin at weight 1, in IOD; membranes carry the rest. */
export interface ShapeRecipe {
  readonly lips?: LipRecipe;
  readonly pairs?: readonly PairHandle[];
  readonly middle?: readonly MiddleHandle[];
  /** Vertices to the image's right by this much, on both sides alike. */
  readonly shifted?: readonly (readonly [vertex: number, right: number])[];
  /** Where the skin is held: the mouth's surroundings, or the same with a free neck, or the whole lower face. */
  readonly held: 'mouth' | 'jaw' | 'cheeks' | 'brows';
}

/** Recipes of shapes that move both sides at once. */
export type BothSides = Partial<Record<Shape, ShapeRecipe>>;
/** Recipes of shapes that exist per side, by their name without `Left` or `Right`. */
export type OneSided = Partial<Record<OneSidedName, ShapeRecipe>>;
export type OneSidedName = Shape extends infer S ? (S extends `${infer Name}Left` ? Name : never) : never;
