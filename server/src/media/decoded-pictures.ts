import { OratorError } from '@orator/core/base/errors';
import type { Picture } from '@orator/core/media/frame';
import type { FfmpegProcess } from './ffmpeg-process.ts';

/** One decoded picture; whoever receives it disposes it, and its memory is then drawn over. */
export interface LentPicture extends Picture, Disposable {}

/** How ffmpeg is told to write what `decodedPictures` reads. */
export const PICTURES_OUT = ['-pix_fmt', 'rgba', '-c:v', 'pam', '-f', 'image2pipe', 'pipe:1'] as const;

/** The header of a PAM file of our frames takes about 70 bytes. */
const HEADER_BYTES = 200;

/**
 * Reads the pictures that a process writes, all of one size. A reader may hold several at once; memory of those given back goes to `free` and
 * is used again.
 * @throws {OratorError} when there is no picture, or the process does not end well: what it says.
 */
export async function* decodedPictures(
  process: FfmpegProcess,
  width: number,
  height: number,
  free: Uint8ClampedArray[] = [],
): AsyncGenerator<LentPicture> {
  const reader = new PieceReader(process);
  const first = await reader.peek(HEADER_BYTES);
  if (first === null) {
    await process.exited;
    throw process.failure();
  }
  const header = readHeader(first, width, height);
  const here = Buffer.alloc(header.length);
  while (await reader.fill(here)) {
    if (!here.equals(header)) throw notPictures();
    const pixels = free.pop() ?? new Uint8ClampedArray(width * height * 4);
    if (!(await reader.fill(pixels))) throw process.failure();
    yield lend({ width, height, pixels }, free);
  }
  await process.succeed();
}

function lend(picture: Picture & { readonly pixels: Uint8ClampedArray }, free: Uint8ClampedArray[]): LentPicture {
  let held = true;
  return {
    ...picture,
    [Symbol.dispose]() {
      if (held) free.push(picture.pixels);
      held = false;
    },
  };
}

/** What stands before each picture. */
function readHeader(bytes: Buffer, width: number, height: number): Buffer {
  const found = /^P7\nWIDTH (\d+)\nHEIGHT (\d+)\n(?:[A-Z]+ \w+\n)*ENDHDR\n/.exec(bytes.toString('latin1'));
  if (Number(found?.[1]) !== width || Number(found?.[2]) !== height) throw notPictures();
  return Buffer.from(found![0], 'latin1');
}

const notPictures = () => new OratorError('internal', 'ffmpeg answered with other pictures than those asked for.');

/** Cuts what a process writes into pieces of known length. */
class PieceReader {
  readonly #process: FfmpegProcess;
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(process: FfmpegProcess) {
    this.#process = process;
    this.#parts = process.output.iterator() as AsyncIterator<Uint8Array>;
  }

  /** The next bytes, which stay; `null` when there are none, fewer at the end. */
  async peek(count: number): Promise<Buffer | null> {
    while (this.#rest.length < count) {
      const part = await this.#next();
      if (part === null) break;
      this.#rest = Buffer.concat([this.#rest, part]);
    }
    return this.#rest.length === 0 ? null : Buffer.from(this.#rest.subarray(0, count));
  }

  /** Fills `target`; `false` when the bytes end before that. */
  async fill(target: Uint8Array | Uint8ClampedArray): Promise<boolean> {
    for (let filled = 0; filled < target.length; ) {
      if (this.#rest.length === 0) {
        const part = await this.#next();
        if (part === null) return false;
        this.#rest = part;
      }
      const taken = this.#rest.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    return true;
  }

  async #next(): Promise<Uint8Array | null> {
    const { value, done } = await this.#process.patiently(this.#parts.next());
    return done ? null : value;
  }
}
