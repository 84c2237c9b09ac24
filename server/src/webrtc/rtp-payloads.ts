import type { CodedPicture, PictureCodec } from './coded-picture.ts';

/** Bytes of a payload: with all heads it fits through every network, tunnels included. */
const MOST = 1150;
/** RFC 6184: several units in one payload, and a part of a unit. */
const STAP_A = 24;
const FU_A = 28;
const FIRST = 0x80;
const LAST = 0x40;
/** RFC 7741: the payload begins a partition. */
const VP8_BEGINS = 0x10;

/** Cuts a picture into the payloads of its RTP packets; the last one carries the marker. */
export const payloadsOf = (codec: PictureCodec, { units }: CodedPicture): Buffer[] =>
  codec === 'h264' ? h264Payloads(units) : vp8Payloads(units);

/** RFC 6184, packetization-mode 1: small units that follow one another travel together, large ones in parts. */
function h264Payloads(units: readonly Uint8Array[]): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Uint8Array[] = [];
  const flush = () => {
    if (small.length === 1) payloads.push(Buffer.from(small[0]!));
    if (small.length > 1) payloads.push(together(small));
    small = [];
  };
  for (const unit of units) {
    const length = small.reduce((sum, { length }) => sum + 2 + length, 1) + 2 + unit.length;
    if (length > MOST) flush();
    if (unit.length + 3 > MOST) payloads.push(...parts(unit));
    else small.push(unit);
  }
  flush();
  return payloads;
}

function together(units: readonly Uint8Array[]): Buffer {
  const importance = Math.max(...units.map((unit) => unit[0]! & 0x60));
  const sizes = units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit]);
  return Buffer.concat([Buffer.from([importance | STAP_A]), ...sizes]);
}

function parts(unit: Uint8Array): Buffer[] {
  const [importance, type] = [unit[0]! & 0x60, unit[0]! & 0x1f];
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += MOST - 2) {
    const end = Math.min(unit.length, at + MOST - 2);
    const where = (at === 1 ? FIRST : 0) | (end === unit.length ? LAST : 0);
    payloads.push(Buffer.concat([Buffer.from([importance | FU_A, where | type]), unit.subarray(at, end)]));
  }
  return payloads;
}

/** RFC 7741, without picture numbers. */
function vp8Payloads(units: readonly Uint8Array[]): Buffer[] {
  return units.flatMap((unit) => {
    const payloads: Buffer[] = [];
    for (let at = 0; at < unit.length; at += MOST - 1) {
      payloads.push(Buffer.concat([Buffer.from([at === 0 ? VP8_BEGINS : 0]), unit.subarray(at, at + MOST - 1)]));
    }
    return payloads;
  });
}
