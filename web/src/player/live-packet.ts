/** What a binary message holds. */
export const KIND = { picture: 1, sound: 2, motion: 3 } as const;
const HEAD_BYTES = 16;

/** A binary message of a live session with its head read. */
export interface LivePacket {
  readonly kind: number;
  /** Goes up with each interruption, and from 65535 to 0. */
  readonly generation: number;
  /** Of its frame, from 0 for the first one of this connection. */
  readonly number: number;
  /** When its frame is shown, s from the first one. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads a binary message; null for what is too short to be one. */
export function readLivePacket(message: ArrayBuffer): LivePacket | null {
  if (message.byteLength < HEAD_BYTES) return null;
  const view = new DataView(message);
  return {
    kind: view.getUint8(0),
    generation: view.getUint16(2, true),
    number: view.getUint32(4, true),
    at: view.getFloat64(8, true),
    bytes: new Uint8Array(message, HEAD_BYTES),
  };
}

/** Whether generation `a` is older than `b`, which may have begun anew at 0. */
export const isOlder = (a: number, b: number): boolean => a !== b && ((b - a) & 0xffff) < 0x8000;
