import type { Crop } from '@orator/core/media/framing';

/** A face in a picture, as shares of its sides, 0..1. Faces are counted from the left. */
export interface SeenFace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the worker is told. Each order is answered with its id. */
export type FaceOrder =
  /** Finds the faces of a picture, which is the picture from now on. */
  | { readonly type: 'look'; readonly id: number; readonly picture: ImageBitmap }
  /** Makes a face of it ready to be drawn. */
  | { readonly type: 'prepare'; readonly id: number; readonly face: number; readonly crop: Crop };

/** What it answers. */
export type FaceReply =
  | { readonly type: 'seen'; readonly id: number; readonly faces: readonly SeenFace[]; readonly largest: number }
  /** A packet of `core/live/portrait-packet`. */
  | { readonly type: 'prepared'; readonly id: number; readonly packet: ArrayBuffer; readonly size: PreparedSize }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string };

/** Of a prepared picture, px. */
export interface PreparedSize {
  readonly width: number;
  readonly height: number;
}
