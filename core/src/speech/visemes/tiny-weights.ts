import { FEATURES } from './features.ts';

/**
 * Bytes of a small network whose weights come from a formula, for tests: the layout is the real one, the answers mean nothing.
 * Channels are 12, so that rows do not fill whole groups of lanes in the last layer.
 */
export function tinyWeights(): Uint8Array {
  const [channels, firstTaps, outputs] = [12, 3, 15];
  const dilations = [1, 3];
  const shapes = [
    [channels, firstTaps * FEATURES],
    ...dilations.map(() => [channels, 3 * channels]),
    [outputs, channels],
  ] as [number, number][];
  const rows = shapes.reduce((sum, [count]) => sum + count, 0);
  const numbers = 20;
  const bytes = new Uint8Array(numbers + 8 * rows + shapes.reduce((sum, [r, c]) => sum + r * c, 0));
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x56, 0x49, 0x53, 1, 2, dilations.length, firstTaps]);
  view.setUint16(8, FEATURES, true);
  view.setUint16(10, channels, true);
  view.setUint16(12, outputs, true);
  bytes.set(dilations, 16);
  let at = numbers;
  for (const [count] of shapes) {
    for (let row = 0; row < count; row++, at += 4) view.setFloat32(at, 0.003 + 0.0002 * (row % 5), true);
    for (let row = 0; row < count; row++, at += 4) view.setFloat32(at, Math.sin(row * 1.7) / 10, true);
  }
  for (let i = 0; at < bytes.length; i++, at++) view.setInt8(at, (((i * 2654435761) >>> 7) % 255) - 127);
  return bytes;
}
