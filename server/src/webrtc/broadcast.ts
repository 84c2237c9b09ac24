import type { LiveFrame } from '@orator/core/live/performance';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import type { LiveSession } from '../stream/live-session.ts';
import type { SharedPicture } from '../stream/shared-picture.ts';
import type { SessionEnd, Viewer } from '../stream/viewer.ts';
import type { CodedPicture, PictureCodec } from './coded-picture.ts';
import { PacketPace } from './packet-pace.ts';
import { PictureCoder } from './picture-coder.ts';
import { payloadsOf } from './rtp-payloads.ts';
import { CODED_RATE, type SoundCodec, SoundCoder } from './sound-coder.ts';

/** Video always counts in ticks of 90 kHz. */
export const PICTURE_RATE = 90_000;

/** About how long it takes until the first packet of a frame's sound is coded, ms. */
const CODING_MS = 8;

/** A coded picture on its way to all who want it. */
export interface BroadcastPicture extends CodedPicture {
  /** The same, cut for RTP: once for all. */
  readonly payloads: () => readonly Buffer[];
}

/** What is shown at `pictures` and heard at `sound`, in their own ticks, is due at `ms` since 1970. */
export interface Due {
  readonly pictures: number;
  readonly sound: number;
  readonly ms: number;
}

/** Who is sent the media of a session. */
export interface Audience {
  /** How pictures are coded for it; undefined where it wants none. */
  readonly codec: PictureCodec | undefined;
  readonly soundCodec: SoundCodec | undefined;
  /** Told of every frame at its time. */
  frame(frame: LiveFrame): void;
  /** A picture; `at` in ticks of 90 kHz. */
  picture(picture: BroadcastPicture, at: number): void;
  /** A packet of sound; `at` in samples of 48 kHz. */
  sound(packet: Buffer, at: number): void;
  clock(due: Due): void;
  /** Nothing more will come. */
  ended(reason: SessionEnd): void;
}

/** The media of one session on its way to WebRTC peers and streaming servers: coded once for each codec, for as long as somebody wants it. */
export class Broadcast implements Viewer, AsyncDisposable {
  readonly #session: LiveSession;
  readonly #ffmpeg: Ffmpeg;
  readonly #audience = new Set<Audience>();
  readonly #pictures = new Map<PictureCodec, PictureCoder>();
  readonly #sounds = new Map<SoundCodec, SoundCoder>();
  readonly #pace = new PacketPace();
  /** What the session is at. */
  #due: Due = { pictures: 0, sound: 0, ms: 0 };
  #watching: Disposable | undefined;

  constructor(session: LiveSession, ffmpeg: Ffmpeg) {
    this.#session = session;
    this.#ffmpeg = ffmpeg;
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
    this.#due = {
      pictures: this.#ticksOf(frame.index, PICTURE_RATE),
      sound: this.#ticksOf(frame.index, CODED_RATE),
      ms: performance.timeOrigin + performance.now(),
    };
    this.#hear(frame);
    for (const member of this.#audience) {
      member.clock(this.#due);
      member.frame(frame);
    }
  }

  wants(): boolean {
    let wanted = false;
    for (const codec of this.#wanted()) {
      const hasRoom = this.#pictures.get(codec)?.hasRoom ?? true;
      if (!hasRoom) this.#session.dropped++;
      wanted ||= hasRoom;
    }
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
    this.#pace[Symbol.dispose]();
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
        let cut: readonly Buffer[] | undefined;
        const payloads = () => (cut ??= payloadsOf(codec, picture));
        const at = this.#ticksOf(index, PICTURE_RATE);
        for (const member of this.#audience) if (member.codec === codec) member.picture({ ...picture, payloads }, at);
      },
      onFailure: (error) => this.#fail((member) => member.codec === codec, error),
    });
    this.#pictures.set(codec, coder);
    return coder;
  }

  /** Codes sound a frame ahead: those who play it hold it back for longer than pictures, and the two are in sync. */
  #hear({ index, ahead }: LiveFrame): void {
    for (const codec of this.#wantedSounds()) {
      const coder = this.#sounds.get(codec) ?? this.#openSound(codec, index + 1);
      coder.add(ahead.pcm);
    }
  }

  #openSound(codec: SoundCodec, index: number): SoundCoder {
    const start = this.#ticksOf(index, CODED_RATE); // on the session's timeline
    const coder = new SoundCoder({
      codec,
      ffmpeg: this.#ffmpeg,
      onPacket: (packet, at) => {
        const payload = Buffer.from(packet);
        const send = () => {
          for (const member of this.#audience) if (member.soundCodec === codec) member.sound(payload, start + at);
        };
        if (codec === 'opus') this.#pace.add(send, this.#leaves(start + at));
        else send();
      },
      onFailure: (error) => this.#fail(({ soundCodec }) => soundCodec === codec, error),
    });
    this.#sounds.set(codec, coder);
    return coder;
  }

  #wantedSounds(): Set<SoundCodec> {
    const codecs = new Set<SoundCodec>();
    for (const { soundCodec } of this.#audience) if (soundCodec) codecs.add(soundCodec);
    return codecs;
  }

  /** Ends what nobody wants any more. */
  #release(): void {
    const wanted = this.#wanted();
    for (const [codec, coder] of this.#pictures) {
      if (wanted.has(codec)) continue;
      this.#pictures.delete(codec);
      void coder[Symbol.asyncDispose]();
    }
    const heard = this.#wantedSounds();
    for (const [codec, coder] of this.#sounds) {
      if (heard.has(codec)) continue;
      this.#sounds.delete(codec);
      void coder[Symbol.asyncDispose]();
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

  /** When sound that is heard at `at`, in samples of 48 kHz, leaves here, ms. */
  #leaves(at: number): number {
    const { sound, ms } = this.#due;
    return ms + ((at - sound) * 1000) / CODED_RATE - 1000 / this.#session.fps + CODING_MS;
  }

  #ticksOf(index: number, rate: number): number {
    return Math.round((index * rate) / this.#session.fps);
  }
}
