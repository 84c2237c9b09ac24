import type { FaceBox } from '@orator/core/media/face-crop';
import type { CoordsRow } from './pickle-writer.ts';

/** A frame's size in pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels added to a box at each side. */
export interface Pads {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Wav2Lip's own: it was trained on faces that show a little of the neck. */
export const WAV2LIP_PADS: Pads = { top: 0, bottom: 10, left: 0, right: 0 };
/** Rows that Wav2Lip's smoothing averages. */
const WINDOW = 5;
/** A box that clamping leaves narrower than this shows no face. */
const LEAST_SIDE = 8;

/** A box in the order of Wav2Lip's `coords.pkl`. */
export const rowOf = ({ y1, y2, x1, x2 }: FaceBox): CoordsRow => [y1, y2, x1, x2];

/** Adds pads and cuts what lies outside the frame; `null` when hardly anything lies inside. */
export function padBox(box: FaceBox, pads: Pads, { width, height }: FrameSize): FaceBox | null {
  const y1 = Math.max(0, Math.trunc(box.y1) - pads.top);
  const y2 = Math.min(height, Math.trunc(box.y2) + pads.bottom);
  const x1 = Math.max(0, Math.trunc(box.x1) - pads.left);
  const x2 = Math.min(width, Math.trunc(box.x2) + pads.right);
  return y2 - y1 < LEAST_SIDE || x2 - x1 < LEAST_SIDE ? null : { y1, y2, x1, x2 };
}

/**
 * Follows a face's boxes through a video: frames without one get what lies between their neighbours, then the boxes are smoothed as
 * Wav2Lip smooths them. A box is known when the four after it are: `add` gives those that became known, `finish` the rest, in order.
 */
export class BoxTrack {
  readonly #smoother: BoxSmoother;
  #last: FaceBox | null = null;
  #gap = 0;
  #added = 0;
  #missing = 0;

  constructor(options: { readonly smooth: boolean } = { smooth: true }) {
    this.#smoother = new BoxSmoother(options.smooth ? WINDOW : 1);
  }

  /** Frames without a face since the last one with one, or since the first frame. */
  get gap(): number {
    return this.#gap;
  }

  /** Frames so far. */
  get count(): number {
    return this.#added;
  }

  /** The share of frames so far without a face, 0..1. */
  get missingShare(): number {
    return this.#added === 0 ? 0 : this.#missing / this.#added;
  }

  /** Takes the next frame's box, or `null` where no face was seen. */
  add(box: FaceBox | null): readonly FaceBox[] {
    this.#added++;
    if (box === null) {
      this.#gap++;
      this.#missing++;
      return [];
    }
    const bridge = between(this.#last ?? box, box, this.#gap);
    this.#last = box;
    this.#gap = 0;
    return [...bridge, box].flatMap((each) => this.#smoother.add(each));
  }

  /** Frames after the last face keep its box. Gives nothing when no frame showed a face. */
  finish(): readonly FaceBox[] {
    const last = this.#last;
    if (last === null) return [];
    const rest = between(last, last, this.#gap).flatMap((box) => this.#smoother.add(box));
    return [...rest, ...this.#smoother.finish()];
  }
}

/** `count` boxes on the straight way from one to another, both ends left out. */
function between(from: FaceBox, to: FaceBox, count: number): FaceBox[] {
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 1) / (count + 1);
    const at = (a: number, b: number) => Math.round(a + (b - a) * share);
    return { y1: at(from.y1, to.y1), y2: at(from.y2, to.y2), x1: at(from.x1, to.x1), x2: at(from.x2, to.x2) };
  });
}

/**
 * Wav2Lip's smoothing as a stream. It writes the means into the array that it reads: ahead of it the boxes are as detected, yet the
 * last four windows, which no longer fit, are the last five boxes, some of them smoothed by then.
 */
class BoxSmoother {
  readonly #window: number;
  #boxes: FaceBox[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  add(box: FaceBox): FaceBox[] {
    const complete = this.#boxes.length === this.#window; // the oldest of these is smoothed already
    this.#boxes = [...(complete ? this.#boxes.slice(1) : this.#boxes), box];
    if (this.#boxes.length < this.#window) return [];
    return [this.#smooth(0)];
  }

  finish(): FaceBox[] {
    const given = this.#boxes.length === this.#window ? 1 : 0;
    return Array.from({ length: Math.max(0, this.#boxes.length - given) }, (_, i) => this.#smooth(i + given));
  }

  #smooth(index: number): FaceBox {
    const mean = (side: keyof FaceBox) => {
      const sum = this.#boxes.reduce((total, box) => total + box[side], 0);
      return Math.trunc(sum / this.#boxes.length); // numpy truncates what it writes into whole numbers
    };
    const box = { y1: mean('y1'), y2: mean('y2'), x1: mean('x1'), x2: mean('x2') };
    this.#boxes[index] = box;
    return box;
  }
}
