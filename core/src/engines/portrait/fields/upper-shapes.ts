import type { BothSides, OneSided } from './recipe.ts';

/** Shapes of the cheeks that move both sides. */
export const CHEEK_SHAPES = {
  cheekPuff: {
    held: 'cheeks',
    pairs: [
      [205, 425, 0.02, 0, -0.12],
      [187, 411, 0.05, 0.01, -0.12],
      [214, 434, 0.06, 0.02, -0.08],
      [207, 427, 0.04, 0.01, -0.12],
      [50, 280, 0.01, -0.01, -0.06],
      [172, 397, 0.05, 0.01, -0.02],
      [58, 288, 0.04, 0, 0],
      [136, 365, 0.03, 0.01, 0],
      [61, 291, -0.02, 0, -0.03],
    ],
    middle: [[152, 0, 0]],
  },
} as const satisfies BothSides;

/** Shapes of cheeks and nose that exist for each side. */
export const CHEEK_SIDES = {
  cheekSquint: {
    held: 'cheeks',
    pairs: [
      [50, 280, 0, -0.045, -0.03],
      [205, 425, 0.01, -0.04, -0.02],
      [117, 346, 0, -0.04, -0.01],
      [118, 347, 0, -0.04, -0.01],
      [101, 330, 0, -0.035, -0.01],
      [145, 374, 0, -0.018, 0],
      [61, 291, 0, -0.01, 0],
    ],
  },
  noseSneer: {
    held: 'cheeks',
    pairs: [
      [98, 327, 0.025, -0.075, 0],
      [129, 358, 0.02, -0.065, 0],
      [206, 426, 0, -0.06, 0],
      [205, 425, 0, -0.03, 0],
      [49, 279, 0.01, -0.045, 0],
      [55, 285, -0.012, 0.015, 0],
      [37, 267, 0, -0.035, 0],
      [40, 270, 0, -0.045, 0],
    ],
    middle: [
      [2, -0.01, 0],
      [168, 0.005, 0],
    ],
  },
} as const satisfies OneSided;

/** A brow's movement at its five places from the nose to the temple: down and outwards, IOD. */
export interface BrowRecipe {
  readonly down: readonly [number, number, number, number, number];
  readonly outwards: readonly [number, number, number, number, number];
  /** Shares of it that the skin over the lid and the lid's crease take. */
  readonly lidSkin: number;
  readonly crease: number;
}

/** Shares of a brow's movement by row. */
export const BROW_ROWS = { lower: 1, upper: 0.95, forehead: 0.5 } as const;

/** Brow shapes; `browInnerUp` moves both sides, the others exist per side. */
export const BROWS = {
  browDown: {
    down: [0.115, 0.095, 0.07, 0.045, 0.02],
    outwards: [-0.05, -0.035, -0.02, -0.01, 0],
    lidSkin: 0.6,
    crease: 0.35,
  },
  browInnerUp: { down: [-0.16, -0.11, -0.045, 0, 0.015], outwards: [0, 0, 0, 0, 0], lidSkin: 0.45, crease: 0.15 },
  browOuterUp: {
    down: [-0.03, -0.08, -0.135, -0.14, -0.105],
    outwards: [0, 0, 0.005, 0.005, 0.005],
    lidSkin: 0.45,
    crease: 0.15,
  },
} as const satisfies Record<string, BrowRecipe>;

/** What a lid shape moves, in shares of the gap between the lids at that column. */
export interface LidRecipe {
  readonly upper: number;
  readonly lower: number;
  readonly crease: number;
  /** Of the widest gap: the skin above the crease and the skin below the eye. */
  readonly brow: number;
  readonly below: number;
  /** The cheekbone (117, 346), IOD down. */
  readonly cheek: number;
}

/** Around drawn eyes, which nearly touch brows or glasses, only the upper lid itself moves. */
export const asDrawn = (recipe: LidRecipe): LidRecipe => ({
  ...recipe,
  upper: recipe.upper - recipe.lower,
  lower: 0,
  crease: 0.1 * recipe.crease,
  brow: 0,
  below: 0,
});

/** Lid shapes, each per side. A full blink overshoots the closed line by nothing: both lids meet at 90 % of the way down. */
export const LIDS = {
  eyeBlink: { upper: 0.9, lower: -0.1, crease: 0.42, brow: 0.05, below: -0.04, cheek: 0 },
  eyeWide: { upper: -0.3, lower: 0.03, crease: -0.12, brow: 0, below: 0, cheek: 0 },
  eyeSquint: { upper: 0.12, lower: -0.3, crease: 0.06, brow: 0, below: -0.2, cheek: -0.02 },
} as const satisfies Record<string, LidRecipe>;
