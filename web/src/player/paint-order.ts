/** What a painting is told. Times are in ms since 1970, so that pages and workers mean the same. */
export type PaintOrder =
  /** Draws onto this from now on: only to a worker. */
  | { readonly type: 'canvas'; readonly canvas: OffscreenCanvas }
  /** The packet of a session's portrait: shown at once, and moved by the motion that follows. */
  | { readonly type: 'portrait'; readonly packet: ArrayBuffer }
  /** A new stream: its first motion can be read alone. */
  | { readonly type: 'begin' }
  | { readonly type: 'motion'; readonly due: number; readonly packet: Uint8Array<ArrayBuffer> }
  | { readonly type: 'picture'; readonly due: number; readonly packet: Uint8Array<ArrayBuffer> }
  /** Motion that is not shown any more, but that the next one builds on. */
  | { readonly type: 'missed'; readonly packet: Uint8Array<ArrayBuffer> }
  /** What waits is not to be shown. */
  | { readonly type: 'flush' }
  /** Whoever speaks was interrupted: the mouth is shut at once. */
  | { readonly type: 'hush' }
  /** Whether the head is to be kept calm, for who does not want movement. */
  | { readonly type: 'calm'; readonly calm: boolean }
  | { readonly type: 'snapshot'; readonly id: number; readonly pixels: boolean };

/** How drawing went in the last second. */
export interface PaintFigures {
  /** Pictures that were drawn. */
  readonly fps: number;
  /** Mean time of drawing one, ms. */
  readonly paintMs: number;
  /** Mean time from when a picture was due until it was drawn, ms. */
  readonly offsetMs: number;
  /** Frames of the stream that were never drawn, since the beginning. */
  readonly dropped: number;
}

/** What is shown at a moment. */
export interface Snapshot {
  /** Null where only the pose was asked for. */
  readonly picture: ImageData | null;
  /** How the face stands in it, in the order of `core/motion/pose`; null where pictures come ready-made, and before any motion. */
  readonly pose: Float32Array | null;
}

/** What it says. */
export type PaintReply =
  | { readonly type: 'figures'; readonly figures: PaintFigures }
  | { readonly type: 'snapshot'; readonly id: number; readonly snapshot: Snapshot | null }
  | { readonly type: 'failed'; readonly message: string };
