/** One box of an MP4 file (ISO 14496-12): a four-letter type and either the boxes inside it or its bytes. */
export interface Box {
  readonly type: string;
  readonly children?: Box[];
  /** What follows size and type, where it has no children. */
  readonly body?: Uint8Array;
}

/** Boxes that hold nothing but boxes, as far as the movie header goes. */
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'udta', 'dinf', 'ilst']);
const HEADER = 8;

/**
 * Reads the boxes that fill `bytes`.
 * @throws {RangeError} when a size does not fit.
 */
export function parseBoxes(bytes: Uint8Array): Box[] {
  const boxes: Box[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; ) {
    const size = at + HEADER <= bytes.length ? view.getUint32(at) : 0;
    if (size < HEADER || at + size > bytes.length) throw new RangeError(`A box at byte ${at} has the size ${size}.`);
    const type = textOf(bytes.subarray(at + 4, at + HEADER));
    const body = bytes.subarray(at + HEADER, at + size);
    boxes.push(CONTAINERS.has(type) ? { type, children: parseBoxes(body) } : { type, body });
    at += size;
  }
  return boxes;
}

/** Size of a box in the file, in bytes. */
export function sizeOf(box: Box): number {
  return HEADER + (box.body?.length ?? 0) + (box.children ?? []).reduce((sum, child) => sum + sizeOf(child), 0);
}

/** The bytes of a box and all inside it. */
export function writeBox(box: Box): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOf(box));
  writeInto(bytes, 0, box);
  return bytes;
}

function writeInto(bytes: Uint8Array, at: number, box: Box): number {
  viewOf(bytes).setUint32(at, sizeOf(box));
  for (let i = 0; i < 4; i++) bytes[at + 4 + i] = box.type.charCodeAt(i);
  let next = at + HEADER;
  if (box.body) bytes.set(box.body, next);
  next += box.body?.length ?? 0;
  for (const child of box.children ?? []) next = writeInto(bytes, next, child);
  return next;
}

/** The first box at the end of a path of types; `undefined` when there is none. */
export function findBox(box: Box, ...path: string[]): Box | undefined {
  const [type, ...rest] = path;
  if (type === undefined) return box;
  const child = box.children?.find((candidate) => candidate.type === type);
  return child && findBox(child, ...rest);
}

/** A view of the same bytes for numbers, which MP4 writes high byte first. */
export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Types and names, one character per byte. */
export const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
