import type { IncomingMessage } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import { type RTCPeerConnection, useH264, useOPUS } from 'werift';
import { isReachable } from '../net/address-guard.ts';
import { type Guard, sendGuarded } from '../net/guarded-request.ts';
import type { SessionEnd } from '../stream/viewer.ts';
import type { BroadcastPicture, Due } from '../webrtc/broadcast.ts';
import { sayGoodbye } from '../webrtc/goodbye.ts';
import { OutgoingMedia } from '../webrtc/outgoing-media.ts';
import { createConnection, type IceOptions } from '../webrtc/peer.ts';
import type { LineSetup, PushLine } from './push-line.ts';
import type { PushTarget } from './push-target.ts';

const SDP = 'application/sdp';
const PATIENCE_SECONDS = 10;
/** From the answer to the connection. */
const ARRIVAL_MS = 20_000;
const LONGEST_ANSWER = 64 << 10;
/** A connection that has been lost for so long stays so. */
const MISSED_MS = 10_000;
/** The answers that will be the same next time. */
const FINAL = new Set([400, 401, 403, 404, 405, 406, 410, 415, 422]);

type WhipTarget = Extract<PushTarget, { protocol: 'whip' }>;

/** Sends a session to a WHIP endpoint (RFC 9725): H.264 and Opus. */
export class WhipLine implements PushLine {
  readonly codec = 'h264';
  readonly soundCodec = 'opus';
  readonly lost: Promise<OratorError>;
  readonly dropped = 0;
  bytes = 0;
  readonly #target: WhipTarget;
  readonly #guard: Guard;
  readonly #connection: RTCPeerConnection;
  readonly #media: OutgoingMedia;
  readonly #lost = Promise.withResolvers<OratorError>();
  #resource: URL | undefined;

  private constructor(target: WhipTarget, { wantKey }: LineSetup, guard: Guard, ice: IceOptions) {
    this.#target = target;
    this.#guard = guard;
    this.lost = this.#lost.promise;
    this.#connection = createConnection(ice, { audio: [useOPUS()], video: [useH264()] });
    this.#media = new OutgoingMedia(this.#connection, { pictures: true, sound: true }, wantKey);
  }

  /**
   * Offers, and waits until the connection is there.
   * @throws {OratorError} `source/blocked`, `source/unreachable`, `source/refused` when the endpoint says no, `cancelled`.
   */
  static async open(target: WhipTarget, setup: LineSetup, guard: Guard, ice: IceOptions): Promise<WhipLine> {
    const line = new WhipLine(target, setup, guard, ice);
    try {
      await line.#connect(setup.signal);
      return line;
    } catch (thrown) {
      await line[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  frame(): void {}

  picture(picture: BroadcastPicture, at: number): void {
    this.bytes += picture.payloads().reduce((sum, { length }) => sum + length, 0);
    this.#media.picture(picture, at);
  }

  sound(packet: Buffer, at: number): void {
    this.bytes += packet.length;
    this.#media.sound(packet, at);
  }

  clock(due: Due): void {
    this.#media.clock(due);
  }

  ended(reason: SessionEnd): void {
    const error = reason.type === 'failed' ? reason.error : new OratorError('session/unknown', 'The session is over.');
    this.#lost.resolve(OratorError.from(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sayGoodbye(this.#connection).catch(() => {}); // nobody is there to hear it
    await this.#connection.close();
    if (!this.#resource) return;
    const resource = this.#resource;
    this.#resource = undefined;
    const gone = await this.#send('DELETE', resource, AbortSignal.timeout(PATIENCE_SECONDS * 1000)).catch(
      () => undefined,
    );
    gone?.destroy(); // the endpoint finds out by itself
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const connection = this.#connection;
    await connection.setLocalDescription(await connection.createOffer());
    const { url } = this.#target;
    const response = await this.#send('POST', url, signal, connection.localDescription!.sdp);
    try {
      const { statusCode = 0, headers } = response;
      if (statusCode !== 201) throw this.#refused(statusCode);
      this.#resource = this.#resourceAt(headers.location);
      const sdp = this.#reachable(await textOf(response));
      await connection.setRemoteDescription({ type: 'answer', sdp }).catch((cause: unknown) => {
        throw new OratorError('source/refused', `The answer of "${url.hostname}" is not SDP.`, { cause });
      });
    } finally {
      response.destroy();
    }
    await this.#arrival(signal);
  }

  /** Waits for the connection, and from then on notices its loss. */
  async #arrival(signal: AbortSignal): Promise<void> {
    const arrived = Promise.withResolvers<void>();
    let missed: NodeJS.Timeout | undefined;
    const lose = () => {
      this.#lost.resolve(this.#vanished());
      arrived.reject(this.#vanished());
    };
    const follow = () => {
      const { connectionState: state } = this.#connection;
      clearTimeout(missed);
      if (state === 'connected') arrived.resolve();
      else if (state === 'failed' || state === 'closed') lose();
      else if (state === 'disconnected') missed = setTimeout(lose, MISSED_MS).unref();
    };
    this.#connection.connectionStateChange.subscribe(follow);
    for (const { onStateChange } of this.#connection.dtlsTransports) {
      onStateChange.subscribe((state) => state === 'closed' && lose()); // it said goodbye
    }
    const timer = setTimeout(lose, ARRIVAL_MS);
    const stop = () => arrived.reject(new OratorError('cancelled', 'Stopped on request.'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      follow();
      await arrived.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  #send(method: 'POST' | 'DELETE', url: URL, signal: AbortSignal, body?: string): Promise<IncomingMessage> {
    const { token } = this.#target;
    const headers = {
      'user-agent': 'orator',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': SDP, accept: SDP, 'content-length': Buffer.byteLength(body) }),
    };
    return sendGuarded(url, { method, headers, body, idleSeconds: PATIENCE_SECONDS, signal }, this.#guard);
  }

  /** What names the connection: of the same host, since the token goes there. */
  #resourceAt(location: string | undefined): URL | undefined {
    const resource = location === undefined ? null : URL.parse(location, this.#target.url.href);
    return resource?.origin === this.#target.url.origin ? resource : undefined;
  }

  /** The answer without addresses that may not be reached: an endpoint cannot have us knock on doors of our own network. */
  #reachable(sdp: string): string {
    const { hostname } = this.#target.url;
    const lines = sdp.split(/\r?\n/).filter((line) => {
      if (!line.startsWith('a=candidate:')) return true;
      return isReachable(hostname, line.split(' ')[4] ?? '', this.#guard.allow);
    });
    return lines.join('\r\n');
  }

  #refused(status: number): OratorError {
    const { hostname } = this.#target.url;
    const code = FINAL.has(status) ? 'source/refused' : 'source/unreachable';
    return new OratorError(code, `"${hostname}" answered ${status} to the offer. Check the address and key.`);
  }

  #vanished(): OratorError {
    const { hostname } = this.#target.url;
    return new OratorError('source/unreachable', `There is no WebRTC connection to "${hostname}". Try again later.`);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length > LONGEST_ANSWER) throw new OratorError('source/refused', 'The answer to the offer is too long.');
  }
  return text;
}
