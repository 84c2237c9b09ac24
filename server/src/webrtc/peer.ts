import { isIPv4 } from 'node:net';
import { OratorError } from '@orator/core/base/errors';
import { RTCPeerConnection, type RTCRtpCodecParameters, useSdesMid } from 'werift';
import { sayGoodbye } from './goodbye.ts';
import type { IceServer } from './ice-servers.ts';
import type { Offer } from './offer.ts';

/** How peers find us. */
export interface IceOptions {
  readonly servers: readonly IceServer[];
  /** UDP ports to use, first and last one; any where absent. */
  readonly ports?: readonly [number, number];
  /** Whether peers may also come over TCP. */
  readonly tcp: boolean;
  /** Addresses that others reach us at, in place of our own: beyond a translation of addresses that keeps ports. */
  readonly addresses: readonly string[];
  /** Whether peers on this machine matter: it is announced as well then. */
  readonly loopback: boolean;
}

/** A peer that has not come after so long will not. */
const ARRIVAL_MS = 20_000;
const ANSWER_MS = 10_000;

/** A WebRTC connection that uses what the settings say, and these codecs. */
export const createConnection = (
  { servers, ports, tcp, loopback }: IceOptions,
  codecs: { readonly audio: RTCRtpCodecParameters[]; readonly video: RTCRtpCodecParameters[] },
): RTCPeerConnection =>
  new RTCPeerConnection({
    iceServers: servers.map((server) => ({ ...server })),
    icePortRange: ports ? [...ports] : undefined,
    iceUseTcp: tcp,
    iceAdditionalHostAddresses: loopback ? ['127.0.0.1'] : undefined,
    bundlePolicy: 'max-bundle',
    codecs,
    headerExtensions: { audio: [useSdesMid()], video: [useSdesMid()] },
  });

/** One WebRTC connection that somebody else offered. Whoever vanishes is noticed: the connection then lacks consent for 30 s (RFC 7675). */
export class Peer implements AsyncDisposable {
  readonly connection: RTCPeerConnection;
  /** Aborted when it is over, whoever ended it. */
  readonly gone: AbortSignal;
  /** Resolves when the peer has come; never when it does not. */
  readonly arrived: Promise<void>;
  readonly #ice: IceOptions;
  readonly #gone = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #remoteUser: string | undefined;

  constructor({ description }: Offer, ice: IceOptions) {
    this.#ice = ice;
    this.gone = this.#gone.signal;
    const codecs = (kind: string) =>
      description.media.filter((media) => media.kind === kind).flatMap(({ rtp }) => rtp.codecs);
    this.connection = createConnection(ice, { audio: codecs('audio'), video: codecs('video') });
    this.#timer = setTimeout(() => void this[Symbol.asyncDispose](), ARRIVAL_MS);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.arrived = promise;
    this.connection.connectionStateChange.subscribe((state) => {
      if (state === 'connected') {
        clearTimeout(this.#timer);
        resolve();
      } else if (state === 'failed' || state === 'closed') {
        void this[Symbol.asyncDispose]();
      }
    });
  }

  /** Answers the offer, with all ways to reach us. @throws {OratorError} `request/invalid` for an offer that cannot be answered. */
  async answer({ description }: Offer): Promise<string> {
    const { connection } = this;
    this.#remoteUser = description.media[0]?.iceParams?.usernameFragment;
    try {
      await within(ANSWER_MS, this.#negotiate(description.toSdp().sdp));
    } catch (cause) {
      throw new OratorError('request/invalid', 'The offer cannot be answered. Send what createOffer gives.', { cause });
    }
    this.gone.throwIfAborted();
    for (const { onStateChange } of connection.dtlsTransports) {
      onStateChange.subscribe((state) => void (state === 'closed' && this[Symbol.asyncDispose]())); // it said goodbye
    }
    return this.#announced(withoutRefused(connection.localDescription!.sdp));
  }

  /**
   * Takes in ways to reach the peer that it found later: an SDP fragment (RFC 8840).
   * @throws {OratorError} `request/invalid` for what is none, or asks for an ICE restart.
   */
  async trickle(fragment: string): Promise<void> {
    const lines = fragment.slice(0, LONGEST_FRAGMENT).split(/\r?\n/);
    const user = lines.find((line) => line.startsWith('a=ice-ufrag:'))?.slice('a=ice-ufrag:'.length);
    if (user !== undefined && user !== this.#remoteUser) {
      throw new OratorError(
        'request/invalid',
        'ICE is not started anew here. Delete this connection and make a new one.',
      );
    }
    const candidates = lines.filter((line) => line.startsWith('a=candidate:')).map((line) => line.slice(2));
    try {
      for (const candidate of candidates) await this.connection.addIceCandidate({ candidate, sdpMLineIndex: 0 });
    } catch (cause) {
      throw new OratorError('request/invalid', 'This is not a fragment with candidates (RFC 8840).', { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.gone.aborted) return;
    clearTimeout(this.#timer);
    this.#gone.abort();
    await sayGoodbye(this.connection).catch(() => {}); // nobody is there to hear it
    await this.connection.close();
  }

  async #negotiate(sdp: string): Promise<void> {
    const { connection } = this;
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription(await connection.createAnswer());
  }

  /** The answer with the addresses that others reach us at. */
  #announced(sdp: string): string {
    const { addresses } = this.#ice;
    if (addresses.length === 0) return sdp;
    return sdp.replace(HOST_CANDIDATE, (line, before: string, address: string, after: string) => {
      const same = addresses.filter((other) => isIPv4(other) === isIPv4(address));
      return same.length === 0 ? line : same.map((other) => `${before}${other}${after}`).join('\r\n');
    });
  }
}

const LONGEST_FRAGMENT = 64 << 10;
const HOST_CANDIDATE = /(a=candidate:\S+ \d+ \S+ \d+ )(\S+)( \d+ typ host[^\r\n]*)/g;

/** Media that was refused is no part of the bundle (RFC 9143, 7.3.3). */
function withoutRefused(sdp: string): string {
  const refused = sdp
    .split(/(?=^m=)/m)
    .filter((media) => /^m=\w+ 0 /.test(media))
    .map((media) => /^a=mid:(\S+)/m.exec(media)?.[1]);
  return sdp.replace(/^a=group:BUNDLE .*$/m, (line) =>
    line
      .trimEnd()
      .split(' ')
      .filter((mid) => !refused.includes(mid))
      .join(' ')
      .concat(line.endsWith('\r') ? '\r' : ''),
  );
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Not done within ${ms} ms.`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
