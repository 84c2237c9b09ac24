import type { PainterSetup } from '@orator/core/engines/portrait/stage';
import type { Rect } from '@orator/core/media/frame';
import type { Pose } from '@orator/core/motion/pose';

/** What comes of a painted picture: its pixels, RGBA, or a JPEG of a quality of 1 to 100. */
export type PictureForm = 'rgba' | { readonly jpeg: number };

/** What a painting thread is told. Subjects have numbers, and pictures are painted in the order of their orders. */
export type PaintOrder =
  | { readonly type: 'open'; readonly subject: number; readonly setup: PainterSetup }
  /** `into`: shared, with room for a picture of the subject's size in either form. */
  | {
      readonly type: 'paint';
      readonly subject: number;
      readonly pose: Pose;
      readonly form: PictureForm;
      readonly into: SharedArrayBuffer;
    }
  | { readonly type: 'close'; readonly subject: number };

/** What it says: that a subject can be painted; and, for each picture in turn, how many bytes it has and what may differ from the same subject's last one. */
export type PaintReply =
  | { readonly type: 'opened'; readonly subject: number }
  | { readonly type: 'painted'; readonly bytes: number; readonly changed: Rect };
