import { readFile } from 'node:fs/promises';

/** Reads a mono 16-bit WAV file as the synthesisers and the labelled sets write it. */
export async function readWav(path: string): Promise<{ pcm: Float32Array; rate: number }> {
  const bytes = await readFile(path);
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (name === 'fmt ') {
      if (bytes.readUInt16LE(at + 10) !== 1 || bytes.readUInt16LE(at + 22) !== 16) {
        throw new Error(`${path} is not 16-bit mono`);
      }
      rate = bytes.readUInt32LE(at + 12);
    }
    if (name === 'data') {
      const count = Math.min(size, bytes.length - at - 8) >> 1;
      return { rate, pcm: Float32Array.from({ length: count }, (_, i) => bytes.readInt16LE(at + 8 + 2 * i) / 32_768) };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${path} holds no sound`);
}
