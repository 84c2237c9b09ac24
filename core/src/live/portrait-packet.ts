import { OratorError } from '../base/errors.ts';
import type { Placement, PreparedPortrait } from '../engines/portrait/prepared.ts';
import { parsePortrait, serialisePortrait } from '../engines/portrait/prepared-bytes.ts';

/** All that drawing a subject takes, on its way to who draws it. */
export interface PortraitPacket {
  readonly prepared: PreparedPortrait;
  readonly placement: Placement;
  /** The photo in output pixels, as the bytes of a picture file. */
  readonly still: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> };
}

const MAGIC = 0x31_56_52_4f; // "ORV1", little-endian
const HEADER_BYTES = 12;

/** Packs it: the magic word, the lengths of the head and of the still, a head in JSON, the still, the prepared portrait. */
export function packPortrait({ prepared, placement, still }: PortraitPacket): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify({ placement, type: still.type }));
  const portrait = serialisePortrait(prepared);
  const bytes = new Uint8Array(HEADER_BYTES + head.length + still.bytes.length + portrait.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, head.length, true);
  view.setUint32(8, still.bytes.length, true);
  bytes.set(head, HEADER_BYTES);
  bytes.set(still.bytes, HEADER_BYTES + head.length);
  bytes.set(portrait, HEADER_BYTES + head.length + still.bytes.length);
  return bytes;
}

/** Reads what `packPortrait` wrote. @throws {OratorError} `request/invalid` for anything else, `internal` for another version's. */
export function unpackPortrait(bytes: Uint8Array): PortraitPacket {
  if (bytes.length < HEADER_BYTES) throw broken();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const still = HEADER_BYTES + view.getUint32(4, true);
  const portrait = still + view.getUint32(8, true);
  if (view.getUint32(0, true) !== MAGIC || portrait > bytes.length) throw broken();
  const { placement, type } = readHead(bytes.subarray(HEADER_BYTES, still));
  return {
    prepared: parsePortrait(bytes.subarray(portrait)),
    placement,
    still: { type, bytes: bytes.slice(still, portrait) },
  };
}

function readHead(bytes: Uint8Array): { readonly placement: Placement; readonly type: string } {
  try {
    const { placement, type } = JSON.parse(new TextDecoder().decode(bytes));
    const { x, y, scale, width, height } = placement;
    if (![x, y, scale, width, height].every(Number.isFinite) || typeof type !== 'string') throw broken();
    return { placement: { x, y, scale, width, height }, type };
  } catch {
    throw broken();
  }
}

const broken = () => new OratorError('request/invalid', 'This is no packet of a portrait.');
