import type { BothSides, OneSided, RowRecipe } from './recipe.ts';

const STILL: RowRecipe = {};

/** Shapes of the mouth and jaw that move both sides. Numbers were chosen by eye on ten portraits. */
export const MOUTH_SHAPES = {
  jawOpen: {
    held: 'jaw',
    lips: {
      outerUpper: { y: [-0.012, 0.03, 0.185], x: [-0.015, -0.07] },
      innerUpper: { y: [-0.012, 0.03, 0.185], x: [-0.02, -0.07] },
      innerLower: { y: [0.5, 0.44, 0.185], x: [-0.03, -0.07], z: [0.05, 0.05, 0.02] },
      outerLower: { y: [0.5, 0.46, 0.2], x: [-0.025, -0.06], z: [0.06, 0.06, 0.02] },
    },
    middle: [
      [152, 0.49, 0.1],
      [175, 0.49, 0.09],
      [199, 0.49, 0.08],
      [200, 0.495, 0.07],
      [2, 0, 0],
    ],
    pairs: [
      [148, 377, -0.005, 0.485, 0.1],
      [176, 400, -0.01, 0.47, 0.1],
      [149, 378, -0.015, 0.43, 0.09],
      [150, 379, -0.02, 0.36, 0.08],
      [136, 365, -0.02, 0.27, 0.06],
      [172, 397, -0.015, 0.175, 0.04],
      [58, 288, -0.01, 0.09, 0.02],
      [132, 361, 0, 0.03, 0],
      [93, 323, 0, 0, 0],
      [234, 454, 0, 0, 0],
      [127, 356, 0, 0, 0],
      [98, 327, 0, 0, 0],
      [205, 425, -0.01, 0.05, 0],
      [50, 280, 0, 0.01, 0],
      [207, 427, -0.015, 0.12, 0],
      [187, 411, -0.015, 0.08, 0],
      [214, 434, -0.015, 0.2, 0.02],
      [216, 436, -0.01, 0.09, 0],
    ],
  },
  mouthClose: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [0.1, 0.07, -0.1], x: [0, 0.02] },
      innerUpper: { y: [0.15, 0.12, -0.1], x: [0, 0.02] },
      innerLower: { y: [-0.345, -0.315, -0.1], x: [0, 0.02] },
      outerLower: { y: [-0.3, -0.27, -0.1], x: [0, 0.02] },
    },
    middle: [
      [152, 0, 0],
      [175, 0, 0],
      [2, 0, 0],
      [199, -0.02, 0],
      [200, -0.08, 0],
    ],
    pairs: [
      [148, 377, 0, 0, 0],
      [149, 378, 0, 0, 0],
      [136, 365, 0, 0, 0],
      [205, 425, 0, 0, 0],
    ],
  },
  mouthFunnel: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [-0.05, -0.055, 0], x: [-0.05, -0.115], z: [-0.1, -0.07, 0] },
      innerUpper: { y: [-0.07, -0.066, 0], x: [-0.045, -0.11], z: [-0.07, -0.05, 0] },
      innerLower: { y: [0.085, 0.08, 0], x: [-0.045, -0.11], z: [-0.07, -0.05, 0] },
      outerLower: { y: [0.07, 0.075, 0], x: [-0.05, -0.115], z: [-0.1, -0.07, 0] },
    },
    middle: [
      [152, 0.02, 0],
      [2, 0, 0],
      [164, -0.01, -0.03],
    ],
    pairs: [
      [205, 425, -0.02, 0, 0],
      [187, 411, -0.02, 0, 0],
    ],
  },
  mouthPucker: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [-0.02, -0.035, 0.005], x: [-0.085, -0.165], z: [-0.14, -0.1, -0.02] },
      innerUpper: { y: [-0.006, -0.006, 0.005], x: [-0.08, -0.155], z: [-0.13, -0.09, -0.02] },
      innerLower: { y: [0.006, 0.008, 0.005], x: [-0.08, -0.155], z: [-0.13, -0.09, -0.02] },
      outerLower: { y: [0.015, 0.035, 0.005], x: [-0.085, -0.165], z: [-0.14, -0.1, -0.02] },
    },
    middle: [
      [2, 0.005, 0],
      [164, -0.005, -0.05],
      [200, 0, -0.02],
      [152, 0, 0],
    ],
    pairs: [
      [205, 425, -0.03, 0, -0.01],
      [187, 411, -0.045, 0, 0],
      [214, 434, -0.035, 0, 0],
    ],
  },
  mouthRollLower: {
    held: 'mouth',
    lips: {
      outerUpper: STILL,
      innerUpper: STILL,
      innerLower: { y: [-0.005, -0.005, 0], z: [0.04, 0.03, 0] },
      outerLower: { y: [-0.065, -0.055, 0], z: [0.05, 0.04, 0] },
    },
    middle: [
      [200, -0.015, 0],
      [152, 0, 0],
    ],
  },
  mouthRollUpper: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [0.055, 0.05, 0], z: [0.05, 0.04, 0] },
      innerUpper: { y: [0.01, 0.01, 0], z: [0.04, 0.03, 0] },
      innerLower: STILL,
      outerLower: STILL,
    },
    middle: [[2, 0, 0]],
  },
  mouthShrugLower: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [-0.02, -0.02, 0.02] },
      innerUpper: { y: [-0.025, -0.02, 0.02] },
      innerLower: { y: [-0.07, -0.055, 0.02], z: [-0.03, -0.02, 0] },
      outerLower: { y: [-0.09, -0.07, 0.02], z: [-0.05, -0.03, 0] },
    },
    middle: [
      [200, -0.075, -0.03],
      [199, -0.07, -0.02],
      [175, -0.05, 0],
      [152, -0.03, 0],
    ],
    pairs: [
      [148, 377, 0, -0.025, 0],
      [149, 378, 0, -0.01, 0],
      [150, 379, 0, 0, 0],
    ],
  },
  mouthShrugUpper: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [-0.055, -0.05, 0], z: [-0.03, -0.02, 0] },
      innerUpper: { y: [-0.045, -0.04, 0] },
      innerLower: { y: [-0.02, -0.02, 0] },
      outerLower: STILL,
    },
    middle: [[2, -0.015, 0]],
    pairs: [[205, 425, 0, -0.005, 0]],
  },
  jawForward: {
    held: 'jaw',
    lips: {
      outerUpper: STILL,
      innerUpper: STILL,
      innerLower: { y: [-0.01, -0.01, -0.004], z: [-0.08, -0.07, -0.02] },
      outerLower: { y: [-0.01, -0.01, -0.004], z: [-0.08, -0.07, -0.02] },
    },
    middle: [
      [152, -0.01, -0.08],
      [175, -0.01, -0.08],
      [199, -0.01, -0.08],
      [200, -0.01, -0.08],
      [2, 0, 0],
    ],
    pairs: [
      [148, 377, 0, -0.01, -0.08],
      [149, 378, 0, -0.008, -0.06],
      [136, 365, 0, -0.004, -0.03],
      [58, 288, 0, 0, 0],
    ],
  },
  jawLeft: {
    held: 'jaw',
    lips: {
      outerUpper: { shift: [0.01, 0.01, 0.01] },
      innerUpper: { shift: [0.01, 0.01, 0.01] },
      innerLower: { shift: [0.12, 0.102, 0.048] },
      outerLower: { shift: [0.12, 0.102, 0.048] },
    },
    middle: [[2, 0, 0]],
    shifted: [
      ...[152, 148, 377, 176, 400, 149, 378, 175, 199, 200].map((vertex) => [vertex, 0.14] as const),
      ...[150, 379].map((vertex) => [vertex, 0.11] as const),
      ...[136, 365].map((vertex) => [vertex, 0.07] as const),
      ...[172, 397].map((vertex) => [vertex, 0.03] as const),
    ],
  },
  mouthLeft: {
    held: 'mouth',
    lips: {
      outerUpper: { shift: [0.11, 0.11, 0.11] },
      innerUpper: { shift: [0.11, 0.11, 0.11] },
      innerLower: { shift: [0.11, 0.11, 0.11] },
      outerLower: { shift: [0.11, 0.11, 0.11] },
    },
    shifted: [152, 148, 377, 136, 365].map((vertex) => [vertex, 0] as const),
  },
} as const satisfies BothSides;

const SMILE_SIDE = { x: [0.03, 0.13], z: [0.01, 0.02, 0.06] } as const;
const DIMPLE_SIDE = { x: [0.02, 0.08], z: [0, 0.01, 0.05] } as const;
const PRESS_SIDE = { x: [0, 0.02] } as const;
const FROWN: RowRecipe = { y: [-0.01, 0.02, 0.15], x: [0, 0.01] };
const STRETCH_UPPER: RowRecipe = { y: [0, 0.005, 0.05], x: [0.03, 0.12] };

/** Shapes of the mouth that exist for each side. */
export const MOUTH_SIDES = {
  mouthSmile: {
    held: 'mouth',
    lips: {
      outerUpper: { ...SMILE_SIDE, y: [-0.01, -0.035, -0.15] },
      innerUpper: { ...SMILE_SIDE, y: [0, -0.025, -0.15] },
      innerLower: { ...SMILE_SIDE, y: [0, -0.03, -0.15] },
      outerLower: { ...SMILE_SIDE, y: [-0.01, -0.035, -0.15] },
    },
    pairs: [
      [205, 425, 0.03, -0.075, -0.03],
      [50, 280, 0.02, -0.05, -0.035],
      [101, 330, 0.01, -0.03, -0.02],
      [207, 427, 0.07, -0.06, 0],
      [187, 411, 0.05, -0.06, -0.01],
      [216, 436, 0.045, -0.07, 0.02],
      [206, 426, 0.02, -0.05, 0],
      [98, 327, 0.015, -0.012, 0],
      [214, 434, 0.03, -0.02, 0],
      [145, 374, 0, -0.012, 0],
      [117, 346, 0, -0.025, -0.01],
      [118, 347, 0, -0.025, -0.01],
    ],
    middle: [[152, 0, 0]],
  },
  mouthFrown: {
    held: 'mouth',
    lips: { outerUpper: FROWN, innerUpper: FROWN, innerLower: FROWN, outerLower: FROWN },
    pairs: [
      [214, 434, 0.01, 0.03, 0],
      [205, 425, 0, 0.02, 0],
    ],
    middle: [
      [200, -0.01, 0],
      [199, -0.015, 0],
      [152, 0, 0],
    ],
  },
  mouthDimple: {
    held: 'mouth',
    lips: {
      outerUpper: { ...DIMPLE_SIDE, y: [0, -0.01, -0.02] },
      innerUpper: { ...DIMPLE_SIDE, y: [0, 0, -0.02] },
      innerLower: { ...DIMPLE_SIDE, y: [0, 0, -0.02] },
      outerLower: { ...DIMPLE_SIDE, y: [-0.01, -0.01, -0.02] },
    },
    pairs: [
      [205, 425, 0.01, -0.01, 0],
      [187, 411, 0.03, 0, 0],
      [214, 434, 0.03, 0, 0],
    ],
  },
  mouthStretch: {
    held: 'mouth',
    lips: {
      outerUpper: STRETCH_UPPER,
      innerUpper: STRETCH_UPPER,
      innerLower: { y: [0.01, 0.03, 0.05], x: [0.03, 0.12] },
      outerLower: { y: [0.015, 0.04, 0.05], x: [0.03, 0.12] },
    },
    pairs: [
      [214, 434, 0.05, 0.04, 0],
      [205, 425, 0.02, 0.02, 0],
      [187, 411, 0.04, 0.02, 0],
      [172, 397, 0.02, 0.01, 0],
    ],
    middle: [[152, 0.005, 0]],
  },
  mouthPress: {
    held: 'mouth',
    lips: {
      outerUpper: { ...PRESS_SIDE, y: [0.015, 0.015, -0.01] },
      innerUpper: { ...PRESS_SIDE, y: [0.005, 0.005, -0.01] },
      innerLower: { ...PRESS_SIDE, y: [-0.005, -0.005, -0.01] },
      outerLower: { ...PRESS_SIDE, y: [-0.03, -0.025, -0.01] },
    },
    pairs: [
      [205, 425, 0, -0.005, 0],
      [214, 434, 0.01, 0, 0],
    ],
    middle: [
      [200, -0.01, 0],
      [2, 0, 0],
      [152, 0, 0],
    ],
  },
  mouthLowerDown: {
    held: 'mouth',
    lips: {
      outerUpper: STILL,
      innerUpper: STILL,
      innerLower: { y: [0.09, 0.1, 0.01], x: [0.01, 0.01] },
      outerLower: { y: [0.085, 0.1, 0.01], x: [0.01, 0.01] },
    },
    pairs: [[214, 434, 0.005, 0.01, 0]],
    middle: [
      [200, 0.03, 0],
      [199, 0.01, 0],
      [152, 0, 0],
    ],
  },
  mouthUpperUp: {
    held: 'mouth',
    lips: {
      outerUpper: { y: [-0.075, -0.085, -0.015], x: [0, 0.01] },
      innerUpper: { y: [-0.085, -0.09, -0.015], x: [0, 0.01] },
      innerLower: STILL,
      outerLower: STILL,
    },
    pairs: [
      [98, 327, 0.01, -0.03, 0],
      [206, 426, 0, -0.05, 0],
      [205, 425, 0, -0.03, -0.01],
      [216, 436, 0, -0.03, 0],
    ],
    middle: [[2, -0.01, 0]],
  },
} as const satisfies OneSided;
