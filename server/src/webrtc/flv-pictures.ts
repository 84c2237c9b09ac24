import { ByteLine, type CodedPicture, type PictureReader } from './coded-picture.ts';

const FILE_HEAD = 9 + 4;
/** Of a tag: its type, its length, its time, its stream; and after it its length once more. */
const TAG_HEAD = 11;
const TAG_TAIL = 4;
const VIDEO = 9;
/** Of a picture: kind and codec, what follows, how much later it is shown. */
const PICTURE_HEAD = 5;
const KEY = 1;
const CONFIGURATION = 0;
const PICTURE = 1;

/** Reads H.264 out of FLV, which ffmpeg writes picture by picture and at once. Key pictures come with their parameter sets. */
export class FlvPictures implements PictureReader {
  readonly #line = new ByteLine();
  #begun = false;
  #sets: readonly Uint8Array[] = [];

  push(bytes: Uint8Array): CodedPicture[] {
    this.#line.push(bytes);
    const pictures: CodedPicture[] = [];
    for (let tag = this.#next(); tag; tag = this.#next()) {
      if (tag.type !== VIDEO || tag.body.length < PICTURE_HEAD) continue;
      const isKey = tag.body[0]! >> 4 === KEY;
      const content = tag.body.subarray(PICTURE_HEAD);
      if (tag.body[1] === CONFIGURATION) this.#sets = setsIn(content);
      else if (tag.body[1] === PICTURE)
        pictures.push({ isKey, units: [...(isKey ? this.#sets : []), ...unitsIn(content)] });
    }
    return pictures;
  }

  #next(): { readonly type: number; readonly body: Buffer } | undefined {
    if (!this.#begun) {
      const head = this.#line.peek(FILE_HEAD);
      if (!head) return undefined;
      if (head.toString('latin1', 0, 3) !== 'FLV') throw new RangeError('This is no FLV.');
      this.#line.skip(FILE_HEAD);
      this.#begun = true;
    }
    const head = this.#line.peek(TAG_HEAD);
    const length = head ? TAG_HEAD + head.readUIntBE(1, 3) : 0;
    const tag = head && this.#line.peek(length + TAG_TAIL);
    if (!tag) return undefined;
    this.#line.skip(length + TAG_TAIL);
    return { type: tag[0]!, body: tag.subarray(TAG_HEAD, length) };
  }
}

/** The units of a picture, each with its length before it. */
function unitsIn(bytes: Buffer): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError('A unit is longer than its picture.');
    units.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return units;
}

/** The parameter sets of an `avcC` record: first those of the sequence, then those of the pictures. */
function setsIn(record: Buffer): Uint8Array[] {
  const sets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = record.readUInt8(at++) & mask;
    for (let k = 0; k < count; k++) {
      const end = at + 2 + record.readUInt16BE(at);
      sets.push(record.subarray(at + 2, end));
      at = end;
    }
  }
  return sets;
}
