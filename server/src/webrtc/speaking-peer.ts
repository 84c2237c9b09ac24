import { SoundGate } from '@orator/core/media/sound-gate';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import type { LiveSession } from '../stream/live-session.ts';
import type { Offer } from './offer.ts';
import { HEARD_RATE, OpusDecoder } from './opus-decoder.ts';
import { type IceOptions, Peer } from './peer.ts';

/** Somebody who speaks through a session with a microphone, over WebRTC. */
export class SpeakingPeer implements AsyncDisposable {
  readonly peer: Peer;
  readonly #offer: Offer;
  readonly #session: LiveSession;
  readonly #ffmpeg: Ffmpeg;
  readonly #gate = new SoundGate(HEARD_RATE);
  #decoder: OpusDecoder | undefined;
  #last: number | undefined;

  constructor(offer: Offer, session: LiveSession, ffmpeg: Ffmpeg, ice: IceOptions) {
    this.#offer = offer;
    this.#session = session;
    this.#ffmpeg = ffmpeg;
    this.peer = new Peer(offer, ice);
    const { connection } = this.peer;
    connection.addTransceiver('audio', { direction: 'recvonly' });
    if (offer.description.media.some(({ kind }) => kind === 'video')) {
      connection.addTransceiver('video', { direction: 'inactive' });
    }
    const watching = session.watch({ frame: () => {}, ended: () => void this[Symbol.asyncDispose]() });
    this.peer.gone.addEventListener(
      'abort',
      () => {
        watching[Symbol.dispose]();
        void this.#decoder?.[Symbol.asyncDispose]();
        if (this.#last !== undefined) session.endSound();
      },
      { once: true },
    );
  }

  /** @throws {OratorError} `request/invalid` */
  async answer(): Promise<string> {
    const answer = await this.peer.answer(this.#offer);
    const payloadType = this.#offer.sound?.payloadType;
    // From the transport: the library's tracks know only the sources that the offer named, which it need not.
    for (const { onRtp } of this.peer.connection.dtlsTransports) {
      onRtp.subscribe(({ header, payload }) => {
        if (header.payloadType === payloadType) this.#take(header.sequenceNumber, payload);
      });
    }
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer[Symbol.asyncDispose]();
  }

  /** A packet that comes after a later one is left out: speech goes on. */
  #take(number: number, payload: Uint8Array): void {
    if (this.peer.gone.aborted) return;
    const ahead = this.#last === undefined ? 1 : (number - this.#last) & 0xffff;
    if (ahead === 0 || ahead >= 0x8000) return;
    this.#last = number;
    this.#decoder ??= new OpusDecoder({
      ffmpeg: this.#ffmpeg,
      onSound: (pcm) => this.#hear(pcm),
      onFailure: () => void this[Symbol.asyncDispose](),
    });
    this.#decoder.add(payload);
  }

  #hear(pcm: Float32Array): void {
    const { heard, ends } = this.#gate.pass(pcm);
    try {
      for (const part of heard) this.#session.hear(part, HEARD_RATE);
      if (ends) this.#session.endSound();
    } catch {
      void this[Symbol.asyncDispose](); // the session is over, or has more to say than it may
    }
  }
}
