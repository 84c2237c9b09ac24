/**
 * Names of places on the 468 landmarks. Rows run from the subject's right to the left, which is from the image's left to its right.
 * Indices are facts of the MediaPipe topology.
 */

/** The face's outline, clockwise in the image from the middle of the forehead. */
export const OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** Rows of eleven across the lips, top to bottom. Inner rows share their corners; so do the outer rows. */
export const LIPS = {
  outerUpper: [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291],
  middleUpper: [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306],
  middleUpper2: [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292],
  innerUpper: [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308],
  innerLower: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308],
  middleLower2: [62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292],
  middleLower: [76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306],
  outerLower: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291],
} as const;
export type LipRow = keyof typeof LIPS;
export const LIP_ROWS = Object.keys(LIPS) as LipRow[];

/** One eye: lids with shared corners, the crease above, the skin between crease and brow, the skin below. */
export interface EyePlaces {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  readonly crease: readonly number[];
  readonly brow: readonly number[];
  readonly below: readonly number[];
  /** Corners: towards the temple and towards the nose. */
  readonly outer: number;
  readonly inner: number;
}

/** The subject's right eye, which lies on the image's left. Lists run from the temple to the nose. */
export const RIGHT_EYE: EyePlaces = {
  upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
  lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
  crease: [247, 30, 29, 27, 28, 56, 190],
  brow: [225, 224, 223, 222, 221],
  below: [110, 24, 23, 22, 26, 112],
  outer: 33,
  inner: 133,
};

/** The subject's left eye. Lists run from the temple to the nose, so from the image's right. */
export const LEFT_EYE: EyePlaces = {
  upper: [263, 466, 388, 387, 386, 385, 384, 398, 362],
  lower: [263, 249, 390, 373, 374, 380, 381, 382, 362],
  crease: [467, 260, 259, 257, 258, 286, 414],
  brow: [445, 444, 443, 442, 441],
  below: [339, 254, 253, 252, 256, 341],
  outer: 263,
  inner: 362,
};

/** Brow rows from the nose to the temple: lower edge, upper edge, forehead above. */
export const RIGHT_BROW = {
  lower: [55, 65, 52, 53, 46],
  upper: [107, 66, 105, 63, 70],
  forehead: [108, 69, 104, 68, 71],
};
export const LEFT_BROW = {
  lower: [285, 295, 282, 283, 276],
  upper: [336, 296, 334, 293, 300],
  forehead: [337, 299, 333, 298, 301],
};

/** Pairs of points, right then left, whose joining lines are level on a face: their mean is its sideways axis. */
export const LEVEL_PAIRS = [
  [33, 263],
  [133, 362],
  [234, 454],
  [127, 356],
  [93, 323],
  [132, 361],
  [58, 288],
  [61, 291],
  [172, 397],
  [21, 251],
  [54, 284],
  [98, 327],
  [50, 280],
  [205, 425],
] as const;

/** Both lids of an eye as a closed ring. */
export const eyeRing = (eye: EyePlaces): number[] => [...eye.upper, ...eye.lower.slice(1, -1)];
