/** RGBA pixels as 32-bit words (red in the lowest byte), rows top to bottom, no padding. */
export interface Words {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
}

/** The words of RGBA bytes: a view where the bytes are aligned to four (pooled frames are), else a copy. */
export function wordsOf(bytes: Uint8ClampedArray): Int32Array {
  if (bytes.byteOffset % 4 !== 0) return new Int32Array(bytes.slice().buffer);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}
