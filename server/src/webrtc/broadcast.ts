import type { LiveFrame } from '@orator/core/live/performance';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import type { LiveSession } from '../stream/live-session.ts';
import type { SharedPicture } from '../stream/shared-picture.ts';
import type { SessionEnd, Viewer } from '../stream/viewer.ts';
import type { PictureCodec } from './coded-picture.ts';
import { PictureCoder } from './picture-coder.ts';
import { payloadsOf } from './rtp-payloads.ts';
import { OPUS_RATE, SoundCoder } from './sound-coder.ts';

/** Video always counts in ticks of 90 kHz. */
const PICTURE_RATE = 90_000;

/** Who is sent the media of a session. */
export interface Audience {
  /** How pictures are coded for it; undefined where it wants none. */
  readonly codec: PictureCodec | undefined;
  readonly hearsSound: boolean;
  /** Told of every frame at its time. */
  frame(frame: LiveFrame): void;
  /** The payloads of a picture; `at` in ticks of 90 kHz. */
  picture(payloads: readonly Buffer[], at: number, isKey: boolean): void;
  /** A packet of sound; `at` in samples of 48 kHz. */
  sound(packet: Buffer, at: number): void;
  /** What is shown at `pictures` and heard at `sound` is due at `ms` since 1970. */
  clock(due: { readonly pictures: number; readonly sound: number; readonly ms: number }): void;
  /** Nothing more will come. */
  ended(reason: SessionEnd): void;
}

/** The media of one session on its way to all its WebRTC peers: coded once for each codec, for as long as somebody wants it. */
export class Broadcast implements Viewer, AsyncDisposable {
  readonly #session: LiveSession;
  readonly #ffmpeg: Ffmpeg;
  readonly #audience = new Set<Audience>();
  readonly #pictures = new Map<PictureCodec, PictureCoder>();
  #sound: SoundCoder | undefined;
  /** Where the sound that is coded begins on the session's timeline, in samples of 48 kHz. */
  #soundStart = 0;
  #watching: Disposable | undefined;

  constructor(session: LiveSession, ffmpeg: Ffmpeg) {
    this.#session = session;
    this.#ffmpeg = ffmpeg;
  }

  /** Pictures that were left out because coding could not keep up. */
  get dropped(): number {
    return [...this.#pictures.values()].reduce((sum, { dropped }) => sum + dropped, 0);
  }

  /** Sends to somebody until the handle is disposed. @throws {OratorError} `session/unknown` when the session is over. */
  add(member: Audience): Disposable {
    this.#watching ??= this.#session.watch(this);
    this.#audience.add(member);
    this.wantKey(member.codec);
    return {
      [Symbol.dispose]: () => {
        this.#audience.delete(member);
        this.#release();
      },
    };
  }

  /** Somebody cannot go on without a key picture. */
  wantKey(codec: PictureCodec | undefined): void {
    if (codec) this.#pictures.get(codec)?.wantKey();
  }

  frame(frame: LiveFrame): void {
    this.#hear(frame);
    const pictures = this.#ticksOf(frame.index, PICTURE_RATE);
    const sound = this.#ticksOf(frame.index, OPUS_RATE);
    const ms = performance.timeOrigin + performance.now();
    for (const member of this.#audience) {
      member.clock({ pictures, sound, ms });
      member.frame(frame);
    }
  }

  wants(): boolean {
    let wanted = false;
    for (const codec of this.#wanted()) wanted = (this.#pictures.get(codec)?.hasRoom ?? true) || wanted;
    return wanted;
  }

  async picture({ index }: LiveFrame, picture: SharedPicture): Promise<void> {
    await Promise.all(
      [...this.#wanted()].map((codec) => {
        const coder = this.#pictures.get(codec) ?? this.#open(codec, picture);
        return coder.add(picture, index);
      }),
    );
  }

  ended(reason: SessionEnd): void {
    this.#watching = undefined;
    for (const member of [...this.#audience]) member.ended(reason);
    this.#audience.clear();
    this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ended({ type: 'stopped', words: 'The service is about to stop.' });
  }

  /** The codecs that somebody wants pictures in. */
  #wanted(): Set<PictureCodec> {
    const codecs = new Set<PictureCodec>();
    for (const { codec } of this.#audience) if (codec) codecs.add(codec);
    return codecs;
  }

  #open(codec: PictureCodec, { width, height }: SharedPicture): PictureCoder {
    const coder = new PictureCoder({
      ...{ codec, width, height, fps: this.#session.fps, ffmpeg: this.#ffmpeg },
      onPicture: (picture, index) => {
        const payloads = payloadsOf(codec, picture);
        const at = this.#ticksOf(index, PICTURE_RATE);
        for (const member of this.#audience) if (member.codec === codec) member.picture(payloads, at, picture.isKey);
      },
      onFailure: (error) => this.#fail((member) => member.codec === codec, error),
    });
    this.#pictures.set(codec, coder);
    return coder;
  }

  #hear({ index, pcm }: LiveFrame): void {
    if (![...this.#audience].some(({ hearsSound }) => hearsSound)) return;
    if (!this.#sound) {
      this.#soundStart = this.#ticksOf(index, OPUS_RATE);
      this.#sound = new SoundCoder({
        ffmpeg: this.#ffmpeg,
        onPacket: (packet, at) => {
          const payload = Buffer.from(packet);
          for (const member of this.#audience) if (member.hearsSound) member.sound(payload, this.#soundStart + at);
        },
        onFailure: (error) => this.#fail(({ hearsSound }) => hearsSound, error),
      });
    }
    this.#sound.add(pcm);
  }

  /** Ends what nobody wants any more. */
  #release(): void {
    const wanted = this.#wanted();
    for (const [codec, coder] of this.#pictures) {
      if (wanted.has(codec)) continue;
      this.#pictures.delete(codec);
      void coder[Symbol.asyncDispose]();
    }
    if (![...this.#audience].some(({ hearsSound }) => hearsSound)) {
      void this.#sound?.[Symbol.asyncDispose]();
      this.#sound = undefined;
    }
    if (this.#audience.size > 0) return;
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
  }

  #fail(isMeant: (member: Audience) => boolean, error: unknown): void {
    for (const member of [...this.#audience]) {
      if (!isMeant(member)) continue;
      this.#audience.delete(member);
      member.ended({ type: 'failed', error });
    }
    this.#release();
  }

  #ticksOf(index: number, rate: number): number {
    return Math.round((index * rate) / this.#session.fps);
  }
}
