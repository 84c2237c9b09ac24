import type { Rect } from '../../media/frame.ts';
import type { Shape } from '../../motion/pose.ts';

/** Three numbers: a point or direction in head space (IOD), or a colour (R, G, B, 0..255). */
export type Triple = readonly [number, number, number];

/** Displacements of some vertices at weight 1, in head space (IOD): `delta[3k..3k+2]` belongs to vertex `index[k]`. */
export interface Field {
  readonly index: Uint16Array;
  readonly delta: Float32Array;
}

/** One eye, lists running from the image's left to its right. */
export interface PreparedEye {
  /** Vertices of the upper and lower lid, corners included in both; same length. */
  readonly upper: Uint16Array;
  readonly lower: Uint16Array;
  /** Iris centre and radii, in source pixels. */
  readonly iris: { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number };
}

/** What the mouth interior needs; lists run from the image's left to its right. */
export interface PreparedMouth {
  /** Vertices of the fine inner lip edges, corners included in both; same length. */
  readonly upper: Uint16Array;
  readonly lower: Uint16Array;
  /** Whether the source's lips are parted (then the neutral field closes them for good). */
  readonly open: boolean;
  /** Centre of the closed seam in head space: x, y of the seam, z of the lips. */
  readonly anchor: Triple;
  /** Corner to corner, IOD. */
  readonly width: number;
}

/** Colours measured on the photo, sRGB 0..255. */
export interface PreparedColours {
  readonly skin: Triple;
  readonly lip: Triple;
  readonly sclera: Triple;
  readonly tooth: Triple;
  readonly lash: Triple;
  /** Overall light on the face: skin luminance / 175, 0.35..1.15. */
  readonly light: number;
}

/**
 * The person and what is behind, as a grid over part of the source. A warped picture is laid over the plate through the warped
 * matte, so that the background stands still.
 */
export interface PreparedBackdrop {
  /** Source pixels that the grid covers. */
  readonly rect: Rect;
  readonly width: number;
  readonly height: number;
  /** 255 = person. */
  readonly matte: Uint8Array;
  /** RGBA: the picture where the matte is 0, filled from around it elsewhere; right near the matte's edge, a guess far inside. */
  readonly plate: Uint8ClampedArray;
}

/**
 * A photo made ready to be animated: independent of the output's size, cacheable by content, made in Node or in a browser.
 * `n` vertices. Pixel positions are those of the upright source picture; head space is in IOD as in `specs`: x to the image's right,
 * y down, z away from the camera, origin between the eyes.
 */
export interface PreparedPortrait {
  readonly width: number;
  readonly height: number;
  /** The face's box in source pixels. */
  readonly face: Rect;
  /** The distance of the eye centres in source pixels (3-D). */
  readonly iod: number;
  /** Source pose, radians. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Head axes and origin in source pixels (z in the same unit): image = origin + iod · (X·x + Y·y + Z·z). */
  readonly axes: { readonly origin: Triple; readonly x: Triple; readonly y: Triple; readonly z: Triple };
  /** 2n: source pixels. */
  readonly positions: Float32Array;
  /** 3n: head space, depth already compressed. */
  readonly head: Float32Array;
  /** n: 1 = moves with the head, 0 = stays with the picture. */
  readonly follow: Float32Array;
  /** n: share of breathing and sway. */
  readonly torso: Float32Array;
  /** Triples of vertices. Drawn in this order: outer, mouthFill, eyeFill, face. */
  readonly outer: Uint16Array;
  readonly mouthFill: Uint16Array;
  readonly eyeFill: Uint16Array;
  readonly faceTriangles: Uint16Array;
  readonly fields: Readonly<Partial<Record<Shape, Field>>>;
  /** Seven hats across the lips for gap control, at s = -0.82, -0.55, -0.27, 0, 0.27, 0.55, 0.82. */
  readonly hats: readonly Field[];
  /** Displacements that are always on: 3n, head space. Closes parted lips and relaxes a smile. */
  readonly neutral: Float32Array;
  /** The weights `neutral` stands for, for reports. */
  readonly neutralWeights: Readonly<Partial<Record<Shape, number>>>;
  readonly mouth: PreparedMouth;
  readonly eyes: readonly [PreparedEye, PreparedEye];
  readonly glasses: boolean;
  readonly colours: PreparedColours;
  /** Absent when the person could not be told from the background; then rings stretch the background instead. */
  readonly backdrop?: PreparedBackdrop;
  /** Largest head turns relative to the source before the mesh folds, radians: [most negative, most positive]. */
  readonly limits: {
    readonly yaw: readonly [number, number];
    readonly pitch: readonly [number, number];
    readonly roll: readonly [number, number];
  };
  /** What a person should know, one sentence each: a hand before the face, a strong turn, several faces. */
  readonly warnings: readonly string[];
}

/** Where the source picture lies in the output: output px = (source px - x, y) · scale. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}
