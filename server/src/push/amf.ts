/** A value of RTMP's commands (AMF0). */
export type AmfValue = number | boolean | string | null | { readonly [name: string]: AmfValue };

const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const OBJECT = 3;
const NOTHING = 5;
const UNDEFINED = 6;
const ECMA_ARRAY = 8;
const OBJECT_END = 9;
/** What a server says is shallow. */
const DEEPEST = 8;

/** Writes values one after another. */
export const writeAmf = (...values: readonly AmfValue[]): Buffer => Buffer.concat(values.map(written));

function written(value: AmfValue): Buffer {
  if (value === null) return Buffer.from([NOTHING]);
  if (typeof value === 'boolean') return Buffer.from([BOOLEAN, value ? 1 : 0]);
  if (typeof value === 'string') return Buffer.concat([Buffer.from([STRING]), named(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes[0] = NUMBER;
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  const fields = Object.entries(value).flatMap(([name, field]) => [named(name), written(field)]);
  return Buffer.concat([Buffer.from([OBJECT]), ...fields, Buffer.from([0, 0, OBJECT_END])]);
}

function named(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 0xffff) throw new RangeError('A text of AMF0 has at most 65535 bytes.');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads values one after another, up to one of a kind that no command needs. @throws {RangeError} for what breaks off. */
export function readAmf(bytes: Buffer): AmfValue[] {
  const reader = new AmfReader(bytes);
  const values: AmfValue[] = [];
  while (reader.hasMore) {
    const value = reader.value(0);
    if (value === undefined) break;
    values.push(value);
  }
  return values;
}

class AmfReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  value(depth: number): AmfValue | undefined {
    const kind = this.#take(1).readUInt8();
    switch (kind) {
      case NUMBER:
        return this.#take(8).readDoubleBE();
      case BOOLEAN:
        return this.#take(1).readUInt8() !== 0;
      case STRING:
        return this.#text();
      case NOTHING:
      case UNDEFINED:
        return null;
      case ECMA_ARRAY:
        this.#take(4); // how many, which the end tells too
        return this.#object(depth);
      case OBJECT:
        return this.#object(depth);
      default:
        return undefined;
    }
  }

  #object(depth: number): AmfValue | undefined {
    if (depth === DEEPEST) throw new RangeError('An object of AMF0 is nested too deep.');
    const fields: Record<string, AmfValue> = Object.create(null);
    for (;;) {
      const name = this.#text();
      if (name === '' && this.#bytes[this.#at] === OBJECT_END) {
        this.#at++;
        return fields;
      }
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      fields[name] = value;
    }
  }

  #text(): string {
    return this.#take(this.#take(2).readUInt16BE()).toString('utf8');
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('AMF0 breaks off.');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
