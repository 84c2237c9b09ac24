import { isOlder, KIND, type LivePacket, readLivePacket } from './live-packet.ts';
import { LiveSocket, type Told } from './live-socket.ts';
import { openMicrophone } from './microphone.ts';
import { NewsLine } from './news-line.ts';
import type { PaintFigures, Snapshot } from './paint-order.ts';
import { PictureStage } from './picture-stage.ts';
import { Playout } from './playout.ts';
import { answerOf, bytesOf, headersOf, pathOf, type SessionAddress, SessionError } from './session-address.ts';
import type { Mode, Show, ShowEvents } from './show.ts';
import { SoundPlayer } from './sound-player.ts';

/** After an interruption what was on its way is not heard; a server that has not obeyed after so long will not, ms. */
const OBEY_MS = 2000;
/** Between two tries to reach a server that was asked something, ms. */
const ASK_AGAIN_MS = 1000;
/** Frames whose times are remembered, for pictures that come later than their sound. */
const REMEMBERED = 250;
/**
 * How long before its time nearly every picture is there, s: between two poses the face is drawn at the display's rate, so the next one is
 * wanted when the first is shown; a picture only has to be decoded.
 */
const WANTED = { motion: 0.036, ws: 0.016 } as const;
/** What is told when it comes, and not with a frame. */
const AT_ONCE: ReadonlySet<string> = new Set(['queued', 'interrupted', 'error', 'complete']);
const UNTOLD: ReadonlySet<string> = new Set(['status', 'progress', 'pong']);

/** Plays a session that comes over a WebSocket, as motion or as pictures. The sound is the clock of both. */
export class SocketShow implements Show {
  readonly #events: ShowEvents;
  readonly #sound = new SoundPlayer();
  readonly #playout: Playout;
  readonly #news: NewsLine;
  readonly #stage: PictureStage;
  readonly #socket: LiveSocket;
  readonly #gone = new AbortController();
  /** When each of the last frames is seen, ms since 1970; null for those that are left out. */
  readonly #dues = new Map<number, number | null>();
  #frame = 1 / 25;
  #generation: number | undefined;
  /** What was interrupted from here, until the server has obeyed. */
  #cut: number | undefined;
  #cutTimer = 0;
  #latencyMs = 0;
  #bytes = { picture: 0, sound: 0 };

  /** `watches`: only looks on, and may not speak. */
  constructor(address: SessionAddress, mode: Exclude<Mode, 'webrtc'>, watches: boolean, events: ShowEvents) {
    this.#events = events;
    this.#playout = new Playout(WANTED[mode]);
    this.#news = new NewsLine(events.news);
    this.#stage = new PictureStage({
      figures: (figures) => this.#report(figures),
      failed: (message) => events.failed('player/drawing', message),
    });
    this.#sound.context.addEventListener('statechange', () => this.#playout.restart(false));
    const config = { mode: mode === 'ws' ? 'frames' : mode, binary: true, idle: true, audio: true, events: true };
    const greeting = { type: watches ? 'watch' : 'resume', session_id: address.session, config };
    this.#socket = new LiveSocket(address, greeting, {
      opened: () => this.#begin(),
      told: (message) => this.#hear(message),
      packet: (message) => this.#take(message),
      lost: () => events.state('reconnecting'),
      ended: (why) => events.state('ended', why),
    });
    // Where pictures come ready-made the list of sessions is asked for, since a WebSocket does not say why it is refused.
    const request = mode === 'motion' ? pathOf(address, '/portrait') : pathOf({ ...address, session: undefined });
    this.#ask(request, address).catch((thrown: unknown) => this.#fail(thrown));
  }

  get view(): HTMLElement {
    return this.#stage.canvas;
  }

  get sound(): AudioNode {
    return this.#sound.output;
  }

  set muted(muted: boolean) {
    this.#sound.muted = muted;
  }

  set calm(calm: boolean) {
    this.#stage.order({ type: 'calm', calm });
  }

  say(message: Told): boolean {
    return this.#socket.send(message);
  }

  interrupt(): void {
    if (!this.say({ type: 'interrupt' })) return;
    this.#hush();
    this.#cut = this.#generation;
    clearTimeout(this.#cutTimer);
    this.#cutTimer = window.setTimeout(() => (this.#cut = undefined), OBEY_MS);
  }

  listen(microphone: MediaStream): Promise<Disposable> {
    return openMicrophone(microphone, (part) => this.#socket.send(part));
  }

  wake(): void {
    void this.#sound.wake();
  }

  snapshot(pixels: boolean): Promise<Snapshot | null> {
    return this.#stage.snapshot(pixels);
  }

  [Symbol.dispose](): void {
    this.#gone.abort();
    clearTimeout(this.#cutTimer);
    this.#socket[Symbol.dispose]();
    this.#news[Symbol.dispose]();
    this.#stage[Symbol.dispose]();
    this.#sound[Symbol.dispose]();
  }

  /** Asks until there is an answer: a server that cannot be reached may come back, and the socket says when it is given up. */
  async #ask(url: string, address: SessionAddress): Promise<void> {
    const { signal } = this.#gone;
    for (;;) {
      const asked = answerOf(fetch(url, { headers: headersOf(address), signal })).then(bytesOf);
      const packet = await asked.catch((thrown: unknown) => {
        if (signal.aborted || !(thrown instanceof SessionError) || thrown.code !== 'connection/lost') throw thrown;
        return null;
      });
      if (packet) {
        if (url.endsWith('/portrait')) this.#stage.order({ type: 'portrait', packet });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  #fail(thrown: unknown): void {
    if (this.#gone.signal.aborted) return;
    const { code, message } = thrown instanceof SessionError ? thrown : new SessionError('internal', String(thrown));
    this[Symbol.dispose]();
    this.#events.failed(code, message);
    this.#events.state('ended', message);
  }

  #begin(): void {
    this.#generation = this.#cut = undefined;
    this.#dues.clear();
    this.#playout.restart(false);
    this.#sound.silence();
    this.#news.flush();
    this.#stage.order({ type: 'flush' });
    this.#stage.order({ type: 'begin' });
  }

  #hear(message: Told): void {
    const { type } = message;
    if (type === 'status' && typeof message.fps === 'number') {
      this.#frame = 1 / message.fps;
      this.#events.state('live');
    }
    if (type === 'progress') this.#latencyMs = Number(message.latency_ms);
    if (type === 'interrupted') this.#turn(Number(message.generation) & 0xffff);
    if (type === 'error') {
      this.#cut = undefined;
      this.#events.failed(String(message.code), String(message.message));
    }
    if (UNTOLD.has(type)) return;
    if (AT_ONCE.has(type)) this.#events.news(message);
    else this.#news.add(message);
  }

  #take(message: ArrayBuffer): void {
    const packet = readLivePacket(message);
    if (!packet) return;
    this.#bytes[packet.kind === KIND.sound ? 'sound' : 'picture'] += message.byteLength;
    if (this.#generation === undefined || isOlder(this.#generation, packet.generation)) this.#turn(packet.generation);
    const isPast = packet.generation !== this.#generation || packet.generation === this.#cut;
    if (packet.kind === KIND.sound) {
      if (!isPast) this.#place(packet);
      return;
    }
    const due = isPast ? null : (this.#dues.get(packet.number) ?? null);
    if (due !== null) this.#playout.came((due - wallClock()) / 1000);
    const { bytes } = packet;
    if (packet.kind === KIND.motion) {
      this.#stage.order(due === null ? { type: 'missed', packet: bytes } : { type: 'motion', due, packet: bytes });
    } else if (packet.kind === KIND.picture && due !== null) {
      this.#stage.order({ type: 'picture', due, packet: bytes });
    }
  }

  /** Gives a frame its time by its sound, which comes a frame before its picture and what is told with that. One without samples is silent. */
  #place({ number, at, bytes }: LivePacket): void {
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
    const isSilent = samples.every((sample) => sample === 0);
    const placed = this.#playout.place(at, this.#frame, this.#sound.now, isSilent);
    const due = placed && this.#sound.heardAt(placed.start);
    this.#dues.set(number, due);
    this.#dues.delete(number - REMEMBERED);
    if (placed && !isSilent) this.#sound.play(samples, placed.start);
    const shown = this.#dues.get(number - 1) ?? due;
    if (shown !== null) this.#news.release(shown - wallClock());
  }

  /** Goes on with what was said after an interruption: all that waits is not. */
  #turn(generation: number): void {
    const isFirst = this.#generation === undefined;
    if (this.#generation === generation) return;
    this.#generation = generation;
    this.#cut = undefined;
    if (isFirst) return;
    this.#playout.restart(true);
    this.#hush();
    this.#news.flush();
    this.#stage.order({ type: 'flush' });
  }

  #hush(): void {
    this.#sound.silence();
    this.#stage.order({ type: 'hush' });
  }

  #report({ fps, paintMs, offsetMs, dropped }: PaintFigures): void {
    const { picture: pictureBytes, sound: soundBytes } = this.#bytes;
    this.#bytes = { picture: 0, sound: 0 };
    const bufferMs = this.#playout.inHand * 1000;
    this.#events.figures({
      ...{ fps, paintMs, offsetMs, dropped: dropped + this.#playout.skipped },
      ...{ pictureBytes, soundBytes, bufferMs, latencyMs: this.#latencyMs },
    });
  }
}

const wallClock = () => performance.timeOrigin + performance.now();
