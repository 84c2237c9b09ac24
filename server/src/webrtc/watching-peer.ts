import type { LiveFrame } from '@orator/core/live/performance';
import type { RTCDataChannel } from 'werift';
import type { LiveSession } from '../stream/live-session.ts';
import { News, wordsOfEnd } from '../stream/news.ts';
import type { SessionEnd } from '../stream/viewer.ts';
import type { Audience, Broadcast, BroadcastPicture, Due } from './broadcast.ts';
import { serveChannel } from './channel-door.ts';
import type { PictureCodec } from './coded-picture.ts';
import type { Offer } from './offer.ts';
import { OutgoingMedia } from './outgoing-media.ts';
import { type IceOptions, Peer } from './peer.ts';

/** The channel that a peer opens for messages. */
const CHANNEL = 'orator';
/** Somebody who watches a session over WebRTC. */
export class WatchingPeer implements Audience, AsyncDisposable {
  readonly codec: PictureCodec | undefined;
  readonly soundCodec: 'opus' | undefined;
  readonly peer: Peer;
  readonly #session: LiveSession;
  readonly #offer: Offer;
  readonly #media: OutgoingMedia;
  readonly #news: News;
  #channel: RTCDataChannel | undefined;

  /** `speaks`: whether it may say something through its channel. */
  constructor(offer: Offer, session: LiveSession, broadcast: Broadcast, ice: IceOptions, speaks: boolean) {
    this.#offer = offer;
    this.#session = session;
    this.#news = new News(session.generation);
    this.codec = offer.picture?.codec;
    this.soundCodec = offer.sound && 'opus';
    this.peer = new Peer(offer, ice);
    const { connection } = this.peer;
    this.#media = new OutgoingMedia(
      connection,
      { pictures: this.codec !== undefined, sound: offer.sound !== undefined },
      () => broadcast.wantKey(this.codec),
    );
    connection.onDataChannel.subscribe((channel) => {
      if (channel.label !== CHANNEL) return channel.close();
      this.#channel = channel;
      serveChannel(channel, session, speaks);
    });
    void this.peer.arrived.then(() => this.#begin(broadcast));
  }

  /** @throws {OratorError} `request/invalid` */
  answer(): Promise<string> {
    return this.peer.answer(this.#offer);
  }

  frame(frame: LiveFrame): void {
    for (const message of this.#news.of(frame)) this.#say(message);
  }

  picture(picture: BroadcastPicture, at: number): void {
    this.#media.picture(picture, at);
  }

  sound(packet: Buffer, at: number): void {
    this.#media.sound(packet, at);
  }

  clock(due: Due): void {
    this.#media.clock(due);
  }

  ended(reason: SessionEnd): void {
    if (reason.type === 'completed') {
      const { frames, fps } = this.#session;
      this.#say({ type: 'complete', total_frames: frames, duration_seconds: frames / fps });
    } else {
      this.#say({ type: 'error', ...wordsOfEnd(reason) });
    }
    void this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer[Symbol.asyncDispose]();
  }

  #begin(broadcast: Broadcast): void {
    if (this.peer.gone.aborted) return;
    try {
      const watching = broadcast.add(this);
      this.peer.gone.addEventListener('abort', () => watching[Symbol.dispose](), { once: true });
    } catch {
      void this[Symbol.asyncDispose](); // the session ended while the peer came
    }
  }

  #say(message: Readonly<Record<string, unknown>>): void {
    if (this.#channel?.readyState === 'open') this.#channel.send(JSON.stringify(message));
  }
}
