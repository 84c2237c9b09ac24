import type { Picture } from '../../../media/frame.ts';
import { wordsOf } from '../../../media/words.ts';
import { BoxBlur } from './box-blur.ts';

/** Blurs of what is filled in, cells: the first right beside known cells, the second from `FAR` cells on. */
const NEAR_BLUR = 3;
const FAR_BLUR = 14;
const FAR = 24;
/** Grids that carrying on works with. */
const GRIDS = 7;

/** Carries the colours of known cells on into unknown ones, for any number of choices of what is known of one picture. */
export class Extender {
  private readonly width: number;
  private readonly height: number;
  private readonly pixels: Uint8ClampedArray;
  private readonly grids: BoxBlur;
  private readonly picture: Int32Array;
  private readonly out: Int32Array;
  private readonly nearest: Int32Array;
  private readonly away: Float32Array;
  private readonly sharp: Float32Array;
  private readonly near: Float32Array;
  private readonly far: Float32Array;

  /** @throws {OratorError} `runtime/exhausted` when there is no room for some pictures of this size. */
  constructor({ width, height, pixels }: Picture) {
    const count = width * height;
    this.width = width;
    this.height = height;
    this.pixels = pixels;
    this.grids = new BoxBlur(width, height, GRIDS);
    const { memory } = this.grids;
    this.picture = memory.words(count);
    this.out = memory.words(count);
    this.nearest = memory.words(count);
    this.away = memory.floats(count);
    this.sharp = memory.floats(count);
    this.near = memory.floats(count);
    this.far = memory.floats(count);
    this.picture.set(wordsOf(pixels));
  }

  /** The picture in which unknown cells (0) each take their nearest known cell's (1) colour, blurred the more the further it is. */
  extend(known: Float32Array): Uint8ClampedArray {
    const { nearest, away, picture, out } = this;
    for (let i = 0; i < nearest.length; i++) {
      nearest[i] = i;
      away[i] = known[i] === 1 ? 0 : Infinity;
    }
    this.grids.memory.kernels.spreadNearest(nearest.byteOffset, away.byteOffset, this.width, this.height);
    out.set(picture);
    for (let c = 0; c < 4; c++) if (!isEven(this.pixels, c)) this.carryOn(c);
    return new Uint8ClampedArray(out.slice().buffer);
  }

  private carryOn(channel: number): void {
    const { grids, sharp, near, far, nearest, away } = this;
    const { gatherChannel, softenChannel } = grids.memory.kernels;
    const count = sharp.length;
    gatherChannel(this.picture.byteOffset, channel, nearest.byteOffset, count, sharp.byteOffset);
    grids.blur(sharp, NEAR_BLUR, near);
    grids.blur(near, FAR_BLUR, far);
    const pictures = [sharp.byteOffset, near.byteOffset, far.byteOffset] as const;
    softenChannel(...pictures, away.byteOffset, count, NEAR_BLUR, FAR, this.out.byteOffset, channel);
  }
}

/** Whether a channel is the same everywhere, as the alpha of photos is. */
function isEven(pixels: Uint8ClampedArray, channel: number): boolean {
  for (let i = channel; i < pixels.length; i += 4) if (pixels[i] !== pixels[channel]) return false;
  return true;
}
