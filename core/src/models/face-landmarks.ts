import type { Picture, Rect } from '../media/frame.ts';

/** A face as the detector boxes it. */
export interface FaceBox extends Rect {
  /** 0..1. */
  readonly confidence: number;
}

/** Cells along a side of what `people` answers. */
export const PEOPLE_SIDE = 256;

/**
 * Finds faces and their landmarks. Points follow the MediaPipe topology: 468 on the skin, then 5 + 5 on the irises.
 * Loaded once, used for one subject, disposed: its memory is far larger than what preparation keeps.
 */
export interface FaceLandmarker extends AsyncDisposable {
  /** Which model this is, for receipts and cache keys, e.g. `human-3.3.6`. */
  readonly name: string;
  /** All faces, largest first; none is an empty list. */
  detect(picture: Picture): Promise<readonly FaceBox[]>;
  /**
   * The landmarks of the face that fills `picture`, best a crop of about twice its size. x, y in pixels of `picture`, not rounded;
   * z in the same unit, negative towards the camera. 468 × 3 values, or 478 × 3 with irises. `null` when no face is seen.
   * `readings` (1..7, default 1) are averaged to quieten the network's noise.
   */
  landmarks(picture: Picture, options: { irises: boolean; readings?: number }): Promise<Float32Array | null>;
  /**
   * How much of each cell of a square picture shows a person: `PEOPLE_SIDE`² values, 0..1. Absent when the network for it is not
   * installed.
   */
  people?(picture: Picture): Promise<Float32Array>;
  /** A descriptor of who this is: cosine 1 = the same picture. Other people read about 0.53 at the 95th percentile. */
  describe(picture: Picture): Promise<Float32Array | null>;
}
