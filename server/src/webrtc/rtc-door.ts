import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import type { LiveSession } from '../stream/live-session.ts';
import { Broadcast } from './broadcast.ts';
import { readSpeakOffer, readWatchOffer } from './offer.ts';
import type { IceOptions, Peer } from './peer.ts';
import { SpeakingPeer } from './speaking-peer.ts';
import { WatchingPeer } from './watching-peer.ts';

/** Peers of one session. */
const MOST_PEERS = 32;

/** What the door needs of the service. */
export interface RtcTools {
  readonly ice: IceOptions;
  /** @throws {OratorError} `ffmpeg/missing` */
  readonly ffmpeg: () => Promise<Ffmpeg>;
}

/** A connection that was made. */
export interface Connected {
  readonly id: string;
  /** SDP. */
  readonly answer: string;
}

interface Connection {
  readonly session: LiveSession;
  readonly peer: Peer;
}

/** All WebRTC connections of this process, by their ids. */
export class RtcDoor implements AsyncDisposable {
  readonly ice: IceOptions;
  readonly #ffmpeg: () => Promise<Ffmpeg>;
  readonly #connections = new Map<string, Connection>();
  readonly #broadcasts = new WeakMap<LiveSession, Broadcast>();

  constructor({ ice, ffmpeg }: RtcTools) {
    this.ice = ice;
    this.#ffmpeg = ffmpeg;
  }

  /**
   * Sends a session to who made an offer; `speaks`: whether it may say something through its channel.
   * @throws {OratorError} `request/invalid`, `codec/unsupported`, `limit/reached`, `ffmpeg/missing`.
   */
  async watch(session: LiveSession, sdp: string, speaks: boolean): Promise<Connected> {
    const offer = readWatchOffer(sdp);
    const broadcast = await this.broadcast(session);
    return this.#connect(session, () => new WatchingPeer(offer, session, broadcast, this.ice, speaks));
  }

  /** What codes the media of a session, once for all who get it. @throws {OratorError} `ffmpeg/missing` */
  async broadcast(session: LiveSession): Promise<Broadcast> {
    const ffmpeg = await this.#ffmpeg();
    const broadcast = this.#broadcasts.get(session) ?? new Broadcast(session, ffmpeg);
    this.#broadcasts.set(session, broadcast);
    return broadcast;
  }

  /** Lets who made an offer speak through a session. @throws {OratorError} as `watch`. */
  async listen(session: LiveSession, sdp: string): Promise<Connected> {
    const offer = readSpeakOffer(sdp);
    const ffmpeg = await this.#ffmpeg();
    return this.#connect(session, () => new SpeakingPeer(offer, session, ffmpeg, this.ice));
  }

  /** A connection of a session. @throws {OratorError} `connection/unknown` */
  find(session: LiveSession, id: string): Peer {
    const found = this.#connections.get(id);
    if (found?.session === session) return found.peer;
    throw new OratorError('connection/unknown', `This session has no connection "${id.slice(0, 64)}". It may be over.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#connections.values()].map(({ peer }) => peer[Symbol.asyncDispose]()));
  }

  async #connect(session: LiveSession, open: () => WatchingPeer | SpeakingPeer): Promise<Connected> {
    const own = [...this.#connections.values()].filter((connection) => connection.session === session).length;
    if (own >= MOST_PEERS) {
      throw new OratorError('limit/reached', `A session has at most ${MOST_PEERS} connections. Close one of them.`);
    }
    const connection = open();
    const { peer } = connection;
    const id = randomUUID();
    this.#connections.set(id, { session, peer });
    peer.gone.addEventListener('abort', () => this.#connections.delete(id), { once: true });
    try {
      return { id, answer: await connection.answer() };
    } catch (thrown) {
      await peer[Symbol.asyncDispose]();
      throw thrown;
    }
  }
}
