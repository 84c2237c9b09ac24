import type { Told } from './live-socket.ts';
import type { Snapshot } from './paint-order.ts';
import { answerOf, headersOf, pathOf, type SessionAddress, SessionError } from './session-address.ts';
import type { Show, ShowEvents } from './show.ts';

/** A channel for the messages of the WebSocket. */
const CHANNEL = 'orator';
const UNTOLD: ReadonlySet<string> = new Set(['status', 'progress', 'pong']);
/** A session waits so long for a viewer that was lost, ms. */
const RESUME_MS = 30_000;
const PAUSE_MS = 1000;
/** How long candidates are gathered at most, ms: the offer goes out with those that were found. */
const GATHER_MS = 1000;
const FIGURES_MS = 1000;
/** After an interruption nothing is heard until the server has obeyed and its last sound has passed; it will not after so long, ms. */
const OBEY_MS = 2000;
/** How long sound is on its way before it lies in this browser's buffer: coded, sent and taken apart, ms. */
const PASSING_MS = 80;

/** Plays a session over WebRTC: watched by WHEP, spoken to by WHIP. The browser keeps sound and pictures together. */
export class RtcShow implements Show {
  readonly view = document.createElement('video');
  readonly sound = null;
  calm = false;
  readonly #address: SessionAddress;
  readonly #events: ShowEvents;
  readonly #timer = window.setInterval(() => void this.#report(), FIGURES_MS);
  #line: RtcLine | undefined;
  #channel: RTCDataChannel | undefined;
  #latencyMs = 0;
  #last = { at: 0, frames: 0, picture: 0, sound: 0, held: 0, emitted: 0 };
  /** How long sound lay in the browser's buffer of late, ms. */
  #bufferMs = 100;
  #hushed = 0;
  #lostAt: number | undefined;
  #retry = 0;
  #isOver = false;

  constructor(address: SessionAddress, events: ShowEvents) {
    this.#address = address;
    this.#events = events;
    this.view.autoplay = this.view.playsInline = true;
    void this.#connect();
  }

  set muted(muted: boolean) {
    this.view.muted = muted;
  }

  say(message: Told): boolean {
    if (this.#channel?.readyState !== 'open') return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  interrupt(): void {
    if (this.say({ type: 'interrupt' })) this.#hush(OBEY_MS);
  }

  async listen(microphone: MediaStream): Promise<Disposable> {
    const connection = new RTCPeerConnection();
    for (const track of microphone.getAudioTracks()) {
      connection.addTransceiver(track, { direction: 'sendonly', streams: [microphone] });
    }
    return RtcLine.open(connection, this.#address, 'whip');
  }

  wake(): void {
    this.view.play().catch(() => {}); // the browser wants to be asked again, by the next touch
  }

  async snapshot(pixels: boolean): Promise<Snapshot | null> {
    if (!pixels) return null;
    const { videoWidth: width, videoHeight: height } = this.view;
    const context = width > 0 ? new OffscreenCanvas(width, height).getContext('2d') : null;
    if (!context) return null;
    context.drawImage(this.view, 0, 0);
    return { picture: context.getImageData(0, 0, width, height), pose: null };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    clearTimeout(this.#hushed);
    this.#line?.[Symbol.dispose]();
    this.view.srcObject = null;
    this.view.remove();
  }

  async #connect(): Promise<void> {
    try {
      const connection = new RTCPeerConnection();
      connection.addTransceiver('video', { direction: 'recvonly' });
      connection.addTransceiver('audio', { direction: 'recvonly' });
      connection.addEventListener('track', ({ streams: [stream] }) => {
        if (stream) this.view.srcObject = stream;
      });
      connection.addEventListener('connectionstatechange', () => this.#follow(connection));
      this.#channel = connection.createDataChannel(CHANNEL);
      this.#channel.addEventListener('open', () => this.#follow(connection));
      this.#channel.addEventListener('message', ({ data }: MessageEvent<string>) =>
        this.#hear(JSON.parse(data) as Told),
      );
      const line = await RtcLine.open(connection, this.#address, 'whep');
      if (this.#isOver) line[Symbol.dispose]();
      else this.#line = line;
    } catch (thrown) {
      const error = thrown instanceof SessionError ? thrown : new SessionError('internal', String(thrown), true);
      if (error.isFinal) this.#end(error);
      else this.#lose(error);
    }
  }

  #follow(connection: RTCPeerConnection): void {
    if (connection.connectionState === 'connected') {
      if (this.#channel?.readyState !== 'open') return; // it can be seen, but not spoken to
      this.#lostAt = undefined;
      this.#events.state('live');
    } else if (['failed', 'closed', 'disconnected'].includes(connection.connectionState)) {
      this.#line?.[Symbol.dispose]();
      this.#lose(new SessionError('connection/lost', 'The connection was lost.'));
    }
  }

  #hear(message: Told): void {
    if (message.type === 'progress') this.#latencyMs = Number(message.latency_ms);
    if (message.type === 'error') this.#events.failed(String(message.code), String(message.message));
    if (message.type === 'complete') this.#end();
    if (message.type === 'interrupted') this.#hush(this.#bufferMs + PASSING_MS);
    if (!UNTOLD.has(message.type)) this.#events.news(message);
  }

  /** Lets no sound be heard for so long: what is on its way was said before an interruption. */
  #hush(ms: number): void {
    this.#letHear(false);
    clearTimeout(this.#hushed);
    this.#hushed = window.setTimeout(() => this.#letHear(true), ms);
  }

  #letHear(enabled: boolean): void {
    for (const { track } of this.#line?.connection.getReceivers() ?? []) {
      if (track.kind === 'audio') track.enabled = enabled;
    }
  }

  #lose(error: SessionError): void {
    if (this.#isOver) return;
    this.#lostAt ??= performance.now();
    if (performance.now() - this.#lostAt > RESUME_MS) {
      this.#end(error);
      return;
    }
    this.#events.state('reconnecting');
    clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => void this.#connect(), PAUSE_MS);
  }

  #end(error?: SessionError): void {
    if (this.#isOver) return;
    this[Symbol.dispose]();
    if (error) this.#events.failed(error.code, error.message);
    this.#events.state('ended', error?.message ?? 'The session is over.');
  }

  async #report(): Promise<void> {
    const read = { frames: 0, dropped: 0, picture: 0, sound: 0, held: 0, emitted: 0 };
    for (const one of (await this.#line?.connection.getStats())?.values() ?? []) {
      if (one.type !== 'inbound-rtp') continue;
      read[one.kind === 'video' ? 'picture' : 'sound'] += one.bytesReceived ?? 0;
      read.frames += one.framesDecoded ?? 0;
      read.dropped += one.framesDropped ?? 0;
      if (one.kind !== 'audio') continue;
      read.held = one.jitterBufferDelay ?? 0;
      read.emitted = one.jitterBufferEmittedCount ?? 0;
    }
    const at = performance.now();
    const past = this.#last;
    this.#last = { at, ...read };
    const emitted = read.emitted - past.emitted;
    if (emitted > 0) this.#bufferMs = ((read.held - past.held) / emitted) * 1000;
    this.#events.figures({
      fps: ((read.frames - past.frames) * 1000) / (at - past.at),
      dropped: read.dropped,
      pictureBytes: read.picture - past.picture,
      soundBytes: read.sound - past.sound,
      paintMs: 0,
      offsetMs: 0,
      bufferMs: this.#bufferMs,
      latencyMs: this.#latencyMs,
    });
  }
}

/** A connection that was made by a request (WHEP or WHIP), and is ended by one. */
class RtcLine implements Disposable {
  readonly connection: RTCPeerConnection;
  readonly #place: string | null;
  readonly #address: SessionAddress;

  private constructor(connection: RTCPeerConnection, place: string | null, address: SessionAddress) {
    this.connection = connection;
    this.#place = place;
    this.#address = address;
  }

  /** Offers, and takes the answer. @throws {SessionError} with the server's words when it refuses. */
  static async open(connection: RTCPeerConnection, address: SessionAddress, door: 'whep' | 'whip'): Promise<RtcLine> {
    try {
      await connection.setLocalDescription();
      await gathered(connection);
      const url = pathOf(address, `/${door}`);
      const headers = { ...headersOf(address), 'content-type': 'application/sdp' };
      const answer = await answerOf(fetch(url, { method: 'POST', headers, body: connection.localDescription!.sdp }));
      const location = answer.headers.get('location');
      await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      return new RtcLine(connection, location && new URL(location, url).href, address);
    } catch (thrown) {
      connection.close();
      throw thrown;
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
    if (!this.#place) return;
    fetch(this.#place, { method: 'DELETE', headers: headersOf(this.#address), keepalive: true }).catch(() => {}); // it is gone anyway
  }
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => connection.iceGatheringState === 'complete' && resolve();
  connection.addEventListener('icegatheringstatechange', look);
  setTimeout(resolve, GATHER_MS);
  look();
  return promise;
}
