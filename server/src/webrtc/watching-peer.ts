import { randomUUID } from 'node:crypto';
import type { LiveFrame } from '@orator/core/live/performance';
import { MediaStream, type RTCDataChannel } from 'werift';
import type { LiveSession } from '../stream/live-session.ts';
import { News, wordsOfEnd } from '../stream/news.ts';
import type { SessionEnd } from '../stream/viewer.ts';
import type { Audience, Broadcast } from './broadcast.ts';
import { serveChannel } from './channel-door.ts';
import type { PictureCodec } from './coded-picture.ts';
import type { Offer } from './offer.ts';
import { OutgoingLine } from './outgoing-line.ts';
import { type IceOptions, Peer } from './peer.ts';

/** The channel that a peer opens for messages. */
const CHANNEL = 'orator';
/** How often a peer is told what the times of its packets mean; more often at first, so that it is in sync soon. */
const REPORT_MS = 1000;
const FIRST_REPORTS = 5;
const FIRST_REPORT_MS = 200;

/** Somebody who watches a session over WebRTC. */
export class WatchingPeer implements Audience, AsyncDisposable {
  readonly codec: PictureCodec | undefined;
  readonly hearsSound: boolean;
  readonly peer: Peer;
  readonly #session: LiveSession;
  readonly #offer: Offer;
  readonly #pictures: OutgoingLine | undefined;
  readonly #sound: OutgoingLine | undefined;
  readonly #news: News;
  #channel: RTCDataChannel | undefined;
  #hasKey = false;
  #reported = Number.NEGATIVE_INFINITY;
  #reports = 0;

  /** `speaks`: whether it may say something through its channel. */
  constructor(offer: Offer, session: LiveSession, broadcast: Broadcast, ice: IceOptions, speaks: boolean) {
    this.#offer = offer;
    this.#session = session;
    this.#news = new News(session.generation);
    this.codec = offer.picture?.codec;
    this.hearsSound = offer.sound !== undefined;
    this.peer = new Peer(offer, ice);
    const { connection } = this.peer;
    const stream = new MediaStream({ id: randomUUID() });
    const line = (kind: 'audio' | 'video') => {
      const { sender } = connection.addTransceiver(kind, { direction: 'sendonly', streams: [stream] });
      if (kind === 'video') sender.onPictureLossIndication.subscribe(() => broadcast.wantKey(this.codec));
      return new OutgoingLine(sender, connection.cname);
    };
    this.#pictures = this.codec ? line('video') : undefined;
    this.#sound = this.hearsSound ? line('audio') : undefined;
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

  picture(payloads: readonly Buffer[], at: number, isKey: boolean): void {
    this.#hasKey ||= isKey;
    if (this.#hasKey) this.#pictures?.send(payloads, at, true);
  }

  sound(packet: Buffer, at: number): void {
    this.#sound?.send([packet], at, false);
  }

  clock({ pictures, sound, ms }: { readonly pictures: number; readonly sound: number; readonly ms: number }): void {
    if (ms - this.#reported < (this.#reports < FIRST_REPORTS ? FIRST_REPORT_MS : REPORT_MS)) return;
    this.#reported = ms;
    this.#reports++;
    this.#pictures?.report(pictures, ms);
    this.#sound?.report(sound, ms);
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
