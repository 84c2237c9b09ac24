import { OratorError } from '../base/errors.ts';
import { CHANNEL_STEPS, CHANNELS, type Pose } from '../motion/pose.ts';

/** A packet: one byte of flags, one bit for each channel that changed, then the changes in order, zigzag, seven bits to a byte. */
const KEY = 1;
const MASK_BYTES = CHANNELS.length / 8;
const HEAD_BYTES = 1 + MASK_BYTES;
/** No step number is larger than this, whatever the channel. */
const MOST_STEPS = 1 << 20;

/**
 * Packs poses for the wire: each tells what changed since the one before, in the steps that motion was born in, so that nothing is lost.
 * A key packet can be read alone.
 */
export class MotionPacker {
  readonly #last = new Int32Array(CHANNELS.length);
  #hasLast = false;

  /** The packet of a quantised pose. `key`: whoever reads on from here knows none before. */
  pack(pose: Pose, key = !this.#hasLast): Uint8Array<ArrayBuffer> {
    const last = this.#last;
    if (key) last.fill(0);
    const bytes = new Uint8Array(HEAD_BYTES + 4 * CHANNELS.length);
    bytes[0] = key ? KEY : 0;
    let at = HEAD_BYTES;
    for (let channel = 0; channel < CHANNELS.length; channel++) {
      const step = Math.round(pose[channel]! / CHANNEL_STEPS[channel]!);
      const change = step - last[channel]!;
      if (change === 0) continue;
      last[channel] = step;
      bytes[1 + (channel >> 3)]! |= 1 << (channel & 7);
      let rest = change > 0 ? 2 * change : -2 * change - 1;
      for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    this.#hasLast = true;
    return bytes.slice(0, at);
  }
}

/** Reads what a `MotionPacker` wrote. */
export class MotionUnpacker {
  readonly #last = new Int32Array(CHANNELS.length);
  #hasKey = false;

  /** The next pose, or null before the first key packet. @throws {OratorError} `request/invalid` for what is no packet. */
  unpack(bytes: Uint8Array): Pose | null {
    if (bytes.length < HEAD_BYTES) throw broken();
    if ((bytes[0]! & KEY) !== 0) {
      this.#last.fill(0);
      this.#hasKey = true;
    }
    if (!this.#hasKey) return null;
    let at = HEAD_BYTES;
    for (let channel = 0; channel < CHANNELS.length; channel++) {
      if ((bytes[1 + (channel >> 3)]! & (1 << (channel & 7))) === 0) continue;
      let rest = 0;
      let byte = 128;
      for (let shift = 0; byte >= 128; shift += 7) {
        if (at >= bytes.length || shift > 21) throw broken();
        byte = bytes[at++]!;
        rest |= (byte & 127) << shift;
      }
      const step = this.#last[channel]! + (rest & 1 ? -(rest + 1) / 2 : rest / 2);
      if (Math.abs(step) > MOST_STEPS) throw broken();
      this.#last[channel] = step;
    }
    if (at !== bytes.length) throw broken();
    return Float32Array.from(this.#last, (step, channel) => step * CHANNEL_STEPS[channel]!);
  }
}

const broken = () => new OratorError('request/invalid', 'This is no packet of motion.');
