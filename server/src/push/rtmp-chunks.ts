import { ByteLine } from '../webrtc/coded-picture.ts';

/** A message of RTMP: its kind, its stream, its time in ms, what is in it. */
export interface RtmpMessage {
  readonly type: number;
  readonly stream: number;
  readonly at: number;
  readonly body: Buffer;
}

/** Kinds of messages (Adobe's specification, 5.4, 6.2 and 7.1). */
export const RTMP = {
  chunkSize: 1,
  acknowledgement: 3,
  control: 4,
  window: 5,
  bandwidth: 6,
  audio: 8,
  video: 9,
  data: 18,
  command: 20,
} as const;

/** Before a server or client says otherwise. */
const FIRST_CHUNK_BYTES = 128;
/** A time that does not fit, and stands further on. */
const EXTENDED = 0xffffff;
/** What a server says to a publisher is short. */
const LONGEST_MESSAGE = 1 << 16;
const LONGEST_CHUNK = 1 << 24;
const MOST_CHANNELS = 64;

/** Cuts a message into chunks of `size` bytes, on a chunk stream from 2 to 63. */
export function chunksOf({ type, stream, at, body }: RtmpMessage, channel: number, size: number): Buffer {
  const time = at >>> 0;
  const isLong = time >= EXTENDED;
  const head = Buffer.alloc(12);
  head[0] = channel;
  head.writeUIntBE(isLong ? EXTENDED : time, 1, 3);
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  const further = Buffer.alloc(isLong ? 4 : 0);
  if (isLong) further.writeUInt32BE(time);
  const parts: Buffer[] = [head, further, body.subarray(0, size)];
  const again = Buffer.from([0xc0 | channel]);
  for (let from = size; from < body.length; from += size) parts.push(again, further, body.subarray(from, from + size));
  return Buffer.concat(parts);
}

/** What is known of a chunk stream from its last head. */
interface Channel {
  type: number;
  stream: number;
  at: number;
  length: number;
  isLong: boolean;
  /** What has come of a message. */
  parts: Buffer[];
  received: number;
}

/** Puts messages together from the chunks that a server sends, cut anywhere. */
export class ChunkReader {
  readonly #line = new ByteLine();
  readonly #channels = new Map<number, Channel>();
  readonly #longest: number;
  #size = FIRST_CHUNK_BYTES;

  /** `longest`: bytes of a message. */
  constructor(longest = LONGEST_MESSAGE) {
    this.#longest = longest;
  }

  /** Takes in bytes; gives the messages that are whole. @throws {RangeError} for what is no RTMP. */
  push(bytes: Uint8Array): RtmpMessage[] {
    this.#line.push(bytes);
    const messages: RtmpMessage[] = [];
    for (let step = this.#chunk(); step; step = this.#chunk()) {
      if (step === 'part') continue;
      if (step.type === RTMP.chunkSize) this.#size = sizeIn(step.body);
      messages.push(step);
    }
    return messages;
  }

  #chunk(): RtmpMessage | 'part' | undefined {
    const first = this.#line.peek(1)?.[0];
    if (first === undefined) return undefined;
    const [format, short] = [first >> 6, first & 63];
    const basic = short === 0 ? 2 : short === 1 ? 3 : 1;
    const fixed = [11, 7, 3, 0][format]!;
    const head = this.#line.peek(basic + fixed);
    if (!head) return undefined;
    const number = basic === 1 ? short : 64 + head[1]! + (basic === 3 ? head[2]! * 256 : 0);
    const known = this.#channels.get(number);
    if (!known && this.#channels.size === MOST_CHANNELS) throw new RangeError('There are too many chunk streams.');
    if (!known && format !== 0) throw new RangeError('A chunk goes on with what never began.');
    const channel = known ?? { type: 0, stream: 0, at: 0, length: 0, isLong: false, parts: [], received: 0 };
    const short24 = format < 3 ? head.readUIntBE(basic, 3) : 0;
    const isLong = format < 3 ? short24 === EXTENDED : channel.isLong;
    const start = basic + fixed + (isLong ? 4 : 0);
    const length = format < 2 ? head.readUIntBE(basic + 3, 3) : channel.length;
    if (length > this.#longest) throw new RangeError(`A message of ${length} bytes was announced.`);
    const rest = Math.min(this.#size, length - (format < 3 ? 0 : channel.received));
    const whole = this.#line.peek(start + rest);
    if (!whole) return undefined;
    if (format < 3) {
      const time = isLong ? whole.readUInt32BE(basic + fixed) : short24;
      channel.at = format === 0 ? time : (channel.at + time) >>> 0;
      channel.parts = [];
      channel.received = 0;
    }
    if (format < 2) channel.type = whole[basic + 6]!;
    if (format === 0) channel.stream = whole.readUInt32LE(basic + 7);
    channel.length = length;
    channel.isLong = isLong;
    channel.parts.push(Buffer.from(whole.subarray(start)));
    channel.received += rest;
    this.#channels.set(number, channel);
    this.#line.skip(start + rest);
    if (channel.received < length) return 'part';
    const { type, stream, at } = channel;
    const body = Buffer.concat(channel.parts);
    channel.parts = [];
    channel.received = 0;
    return { type, stream, at, body };
  }
}

function sizeIn(body: Buffer): number {
  const size = body.length >= 4 ? body.readUInt32BE() : 0;
  if (size < 1 || size > LONGEST_CHUNK) throw new RangeError(`Chunks of ${size} bytes were announced.`);
  return size;
}
