/**
 * Media for an ffmpeg child, piece by piece with its time, as live Matroska. A bare stream would do for a file, but ffmpeg reads one
 * in pieces of its own size, which costs up to 40 ms, and it has no times, which carry what is asked of single frames.
 */

/** Live: an element whose end is not known. */
const ENDLESS = Buffer.from('01ffffffffffffff', 'hex');
/** Times are in ms. */
const TICK_NS = 1_000_000;

const sized = (length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE((1n << 56n) | BigInt(length));
  return bytes;
};
const idOf = (hex: string): Buffer => Buffer.from(hex, 'hex');
const element = (id: string, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([idOf(id), sized(content.length), content]);
};
const whole = (id: string, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, bytes);
};
const fraction = (id: string, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
};
const words = (id: string, text: string): Buffer => element(id, Buffer.from(text));

/** The head of a stream of one track: `type` 1 for pictures, 2 for sound; `track` describes it further. */
export const streamHead = (codec: string, type: 1 | 2, ...track: readonly Buffer[]): Buffer =>
  Buffer.concat([
    element('1a45dfa3', words('4282', 'matroska'), whole('4287', 4), whole('4285', 2)),
    ...[idOf('18538067'), ENDLESS],
    element('1549a966', whole('2ad7b1', TICK_NS), words('4d80', 'orator'), words('5741', 'orator')),
    element(
      '1654ae6b',
      element('ae', whole('d7', 1), whole('73c5', 1), whole('83', type), words('86', codec), ...track),
    ),
  ]);

/** The head of a stream of pictures, YUV 4:2:0 without padding; `fps` is what to expect. */
export const pictureHead = (width: number, height: number, fps: number): Buffer => {
  const size = element('e0', whole('b0', width), whole('ba', height), words('2eb524', 'I420'));
  return streamHead('V_UNCOMPRESSED', 1, whole('23e383', Math.round(1e9 / fps)), size);
};

/** The head of a stream of 16-bit samples, mono. */
export const sampleHead = (rate: number): Buffer =>
  streamHead('A_PCM/INT/LIT', 2, element('e1', fraction('b5', rate), whole('9f', 1), whole('6264', 16)));

/** The head of a stream of Opus packets. */
export const opusHead = (channels: 1 | 2): Buffer => {
  const description = Buffer.alloc(19);
  description.write('OpusHead');
  description[8] = 1;
  description[9] = channels;
  description.writeUInt32LE(48_000, 12);
  return streamHead(
    'A_OPUS',
    2,
    element('63a2', description),
    element('e1', fraction('b5', 48_000), whole('9f', channels)),
  );
};

/** What stands before a piece of `length` bytes whose time is `at` ms. */
export const pieceHead = (at: number, length: number): Buffer => {
  const time = whole('e7', at);
  const block = Buffer.from([0x81, 0, 0, 0x80]); // the first track, at the cluster's time, can be read alone
  const inside = Buffer.concat([time, idOf('a3'), sized(block.length + length), block]);
  return Buffer.concat([idOf('1f43b675'), sized(inside.length + length), inside]);
};
