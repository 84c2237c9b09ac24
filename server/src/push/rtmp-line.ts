import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import type { SessionEnd } from '../stream/viewer.ts';
import { type BroadcastPicture, PICTURE_RATE } from '../webrtc/broadcast.ts';
import { AAC_SETUP, CODED_RATE } from '../webrtc/sound-coder.ts';
import type { LineSetup, PushLine } from './push-line.ts';
import type { PushTarget } from './push-target.ts';
import { RtmpPublisher } from './rtmp-publisher.ts';

/** What may wait to be sent: beyond it pictures are left out up to the next key picture, beyond the second sound is too. */
const SLOW_BYTES = 1 << 20;
const FULL_BYTES = 4 << 20;
/** Servers cut streams at key pictures, and new viewers wait for one, ms. */
const KEY_MS = 2000;
/** Heads of FLV tags: key or other picture in H.264; AAC, whose other fields are fixed. What follows: how to decode, or what. */
const KEY = 0x17;
const BETWEEN = 0x27;
const SOUND = 0xaf;
const SETUP = 0;
const DATA = 1;
/** What a unit of H.264 holds. */
const SEQUENCE_SET = 7;
const PICTURE_SET = 8;

/** Sends a session to an RTMP server: H.264 and AAC, both from the first key picture on. */
export class RtmpLine implements PushLine {
  readonly codec = 'h264';
  readonly soundCodec = 'aac';
  readonly lost: Promise<OratorError>;
  dropped = 0;
  readonly #publisher: RtmpPublisher;
  readonly #wantKey: () => void;
  readonly #failed = Promise.withResolvers<OratorError>();
  /** When the first picture was shown, ms on the session's timeline. */
  #start: number | undefined;
  #setup: Buffer = Buffer.alloc(0);
  #waitsForKey = true;
  #lastKey = 0;

  private constructor(publisher: RtmpPublisher, { wantKey }: LineSetup) {
    this.#publisher = publisher;
    this.#wantKey = wantKey;
    this.lost = Promise.race([publisher.lost, this.#failed.promise]);
  }

  /** @throws {OratorError} what `RtmpPublisher.open` throws. */
  static async open(
    target: Extract<PushTarget, { protocol: 'rtmp' }>,
    setup: LineSetup,
    guard: Guard,
  ): Promise<RtmpLine> {
    const publisher = await RtmpPublisher.open(target, guard, setup.signal);
    const { width, height, fps: framerate } = setup;
    const pictures = { width, height, framerate, videocodecid: 7 };
    publisher.describe({
      ...pictures,
      audiocodecid: 10,
      audiosamplerate: CODED_RATE,
      stereo: false,
      encoder: 'orator',
    });
    return new RtmpLine(publisher, setup);
  }

  get bytes(): number {
    return this.#publisher.sent;
  }

  frame(): void {}

  clock(): void {}

  picture({ isKey, units }: BroadcastPicture, ticks: number): void {
    const time = (ticks * 1000) / PICTURE_RATE;
    if (this.#start === undefined && !isKey) return;
    if (this.#publisher.waiting > SLOW_BYTES || (this.#waitsForKey && !isKey)) {
      this.#waitsForKey = true;
      this.dropped++;
      if (this.#publisher.waiting <= SLOW_BYTES) this.#wantKey();
      return;
    }
    const isFirst = this.#start === undefined;
    this.#start ??= time;
    const at = Math.round(time - this.#start);
    if (isFirst) this.#publisher.send('audio', Buffer.concat([Buffer.from([SOUND, SETUP]), AAC_SETUP]), at);
    if (isKey) {
      this.#waitsForKey = false;
      this.#lastKey = time;
      this.#describe(units, at);
    } else if (time - this.#lastKey >= KEY_MS) {
      this.#wantKey();
    }
    const shown = units.filter((unit) => ![SEQUENCE_SET, PICTURE_SET].includes(kindOf(unit)));
    const head = Buffer.from([isKey ? KEY : BETWEEN, DATA, 0, 0, 0]);
    this.#publisher.send('video', Buffer.concat([head, ...shown.flatMap((unit) => [lengthOf(unit), unit])]), at);
  }

  sound(packet: Buffer, samples: number): void {
    if (this.#start === undefined || this.#publisher.waiting > FULL_BYTES) return;
    const at = Math.round((samples * 1000) / CODED_RATE - this.#start);
    if (at >= 0) this.#publisher.send('audio', Buffer.concat([Buffer.from([SOUND, DATA]), packet]), at);
  }

  ended(reason: SessionEnd): void {
    const error = reason.type === 'failed' ? reason.error : new OratorError('session/unknown', 'The session is over.');
    this.#failed.resolve(OratorError.from(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher[Symbol.asyncDispose]();
  }

  /** How to decode what follows, where it has changed: an `avcC` record (ISO 14496-15). */
  #describe(units: readonly Uint8Array[], at: number): void {
    const sequence = units.find((unit) => kindOf(unit) === SEQUENCE_SET);
    const picture = units.find((unit) => kindOf(unit) === PICTURE_SET);
    if (!sequence || !picture) return;
    const record = Buffer.concat([
      Buffer.from([1, sequence[1]!, sequence[2]!, sequence[3]!, 0xff, 0xe1]),
      ...[shortLengthOf(sequence), sequence, Buffer.from([1]), shortLengthOf(picture), picture],
    ]);
    if (record.equals(this.#setup)) return;
    this.#setup = record;
    this.#publisher.send('video', Buffer.concat([Buffer.from([KEY, SETUP, 0, 0, 0]), record]), at);
  }
}

const kindOf = (unit: Uint8Array) => unit[0]! & 0x1f;

function lengthOf({ length }: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function shortLengthOf({ length }: Uint8Array): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(length);
  return bytes;
}
