import { ByteLine, type CodedPicture, type PictureReader } from './coded-picture.ts';

const FILE_HEAD = 32;
const PICTURE_HEAD = 12;

/** Reads VP8 out of IVF, which ffmpeg writes picture by picture and at once. */
export class IvfPictures implements PictureReader {
  readonly #line = new ByteLine();
  #begun = false;

  push(bytes: Uint8Array): CodedPicture[] {
    this.#line.push(bytes);
    const pictures: CodedPicture[] = [];
    for (let unit = this.#next(); unit; unit = this.#next()) {
      const isKey = unit.length > 0 && (unit[0]! & 1) === 0; // RFC 6386, 9.1
      pictures.push({ isKey, units: [unit] });
    }
    return pictures;
  }

  #next(): Buffer | undefined {
    if (!this.#begun) {
      const head = this.#line.peek(FILE_HEAD);
      if (!head) return undefined;
      if (head.toString('latin1', 0, 4) !== 'DKIF') throw new RangeError('This is no IVF.');
      this.#line.skip(FILE_HEAD);
      this.#begun = true;
    }
    const head = this.#line.peek(PICTURE_HEAD);
    const length = head ? PICTURE_HEAD + head.readUInt32LE(0) : 0;
    const whole = head && this.#line.peek(length);
    if (!whole) return undefined;
    this.#line.skip(length);
    return whole.subarray(PICTURE_HEAD);
  }
}
