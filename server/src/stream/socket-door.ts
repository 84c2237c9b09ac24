import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import type { Picture } from '@orator/core/media/frame';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../api/keys.ts';
import { type ClientMessage, readClientMessage, type SessionConfig } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import { samplesOf } from './live-sound.ts';
import type { Lobby } from './lobby.ts';
import { wordsOf, wordsOfEnd } from './news.ts';
import { orderSession, type SessionTools, unusedOf } from './session-order.ts';
import { SharedPicture } from './shared-picture.ts';
import { SocketViewer, type Wire } from './socket-viewer.ts';
import { speakThrough } from './spoken.ts';
import type { SessionEnd } from './viewer.ts';

/** How long a socket may be open before it says what it wants, ms. */
const PATIENCE_MS = 30_000;
/** A connection that does not answer so many beats is gone. */
const BEAT_MS = 15_000;
/** Messages that may wait while a session is made; no more is read until some were. */
const MOST_WAITING = 64;
const NORMAL = 1000;
const GOING_AWAY = 1001;
const WRONG = 1008;
/** Trying again may help. */
const LATER = 1013;

/** What the door needs of the service. */
export interface DoorTools extends SessionTools {
  /** Of the request that the connection began with. */
  readonly correlationId: string;
  readonly lobby: Lobby;
  /** What the connection came over. */
  readonly wire: Wire;
}

/** Serves one connection of `/api/v1/stream/ws`, until it closes. */
export function serveSocket(socket: WebSocket, caller: Caller, tools: DoorTools): void {
  new SocketDoor(socket, caller, tools).open();
}

class SocketDoor {
  readonly #socket: WebSocket;
  readonly #caller: Caller;
  readonly #tools: DoorTools;
  /** What the session of this connection is called, unless it joins another one. */
  readonly #id = randomUUID();
  readonly #gone = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #session: LiveSession | undefined;
  #viewer: SocketViewer | undefined;
  #watching: Disposable | undefined;
  /** Its place among those without a session. */
  #waitingPlace: Disposable | undefined;
  /** Whether it only watches: it may not speak, and the session does not end with it. */
  #guest = false;
  /** Messages that wait for their turn. */
  #waiting = 0;
  #stopping = false;

  constructor(socket: WebSocket, caller: Caller, tools: DoorTools) {
    this.#socket = socket;
    this.#caller = caller;
    this.#tools = tools;
  }

  open(): void {
    const socket = this.#socket;
    socket.on('error', () => {}); // it then closes
    try {
      this.#waitingPlace = this.#tools.lobby.enter();
    } catch (thrown) {
      this.#refuse(OratorError.from(thrown));
      return;
    }
    const timer = setTimeout(() => {
      this.#refuse(new OratorError('request/invalid', 'Nothing was asked for in 30 s. Send init.'));
    }, PATIENCE_MS);
    let isThere = true;
    const beat = setInterval(() => {
      if (!isThere) return socket.terminate();
      isThere = false;
      socket.ping();
    }, BEAT_MS);
    socket.on('pong', () => (isThere = true));
    socket.on('message', (data, isBinary) => {
      clearTimeout(timer);
      isThere = true;
      this.#waiting++;
      if (this.#waiting >= MOST_WAITING) socket.pause();
      this.#turn = this.#turn
        .then(() => this.#take(data, isBinary))
        .catch((thrown: unknown) => this.#fail(thrown))
        .finally(() => {
          this.#waiting--;
          if (socket.isPaused) socket.resume();
        });
    });
    socket.on('close', () => {
      this.#waitingPlace?.[Symbol.dispose]();
      clearTimeout(timer);
      clearInterval(beat);
      this.#gone.abort();
      this.#watching?.[Symbol.dispose](); // the session waits for a while, to be taken up again
    });
    this.#say({ type: 'status', message: 'Connected', session_id: this.#id });
  }

  async #take(data: RawData, isBinary: boolean): Promise<void> {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (isBinary) return this.#speaker().hear(samplesOf(bytes));
    const message = readClientMessage(bytes.toString('utf8'));
    switch (message.type) {
      case 'init':
        return this.#init(message);
      case 'watch':
      case 'resume':
        return this.#join(message.session_id, message.config, message.type === 'watch');
      case 'audio_chunk':
      case 'text':
      case 'interrupt':
      case 'config': {
        const answer = await speakThrough(this.#speaker(), message);
        if (answer) this.#say(answer);
        return;
      }
      case 'stop':
        return this.#stop();
      case 'ping':
        this.#session?.touch();
        return this.#say({ type: 'pong' });
    }
  }

  async #init(message: Extract<ClientMessage, { type: 'init' }>): Promise<void> {
    if (this.#session) throw new OratorError('request/conflict', 'This connection has its session. Open another one.');
    const { config, source, asset_id, avatar_id } = message;
    if (this.#caller.session !== undefined) throw forbidden();
    if (source !== undefined && (asset_id ?? avatar_id) !== undefined) {
      throw new OratorError('request/invalid', 'init has a source and an id. Send one of them.');
    }
    const { owner } = this.#caller;
    const session = await orderSession(this.#tools, {
      caller: this.#caller,
      id: this.#id,
      correlationId: this.#tools.correlationId,
      config,
      findSource: async () =>
        source === undefined
          ? this.#tools.findSource(owner, { asset_id, avatar_id })
          : { type: 'picture', bytes: fromBase64(source) },
      onStill: config.still ? (still) => void this.#show(still, config) : undefined,
      signal: this.#gone.signal,
    });
    this.#begin(session, config, 'Session initialized', unusedOf(config));
  }

  /** Something to look at while the session is made. */
  async #show(still: Picture, { format, quality }: SessionConfig): Promise<void> {
    const { width, height } = still;
    const bytes = await new SharedPicture(still.pixels, still).encode({ format, quality });
    if ((this.#viewer?.frames ?? 0) > 0) return; // what lives is more
    this.#say({ type: 'still', data: bytes.toString('base64'), width, height });
  }

  #join(id: string, config: SessionConfig, guest: boolean): void {
    if (this.#session) throw new OratorError('request/conflict', 'This connection has its session. Open another one.');
    if ((this.#caller.session ?? id) !== id) throw forbidden();
    const session = this.#tools.studio.sessions.get(this.#caller.owner, id);
    this.#guest = guest;
    this.#begin(session, config, guest ? 'Watching' : 'Session resumed', {});
  }

  #begin(session: LiveSession, config: SessionConfig, words: string, more: Readonly<Record<string, unknown>>): void {
    if (this.#gone.signal.aborted) {
      session.end({ type: 'stopped', words: 'The connection was lost while the session was made.' });
      return;
    }
    this.#session = session;
    this.#waitingPlace?.[Symbol.dispose]();
    const { width, height } = session.subject.still;
    const { id: session_id, fps: rate } = session;
    const { warnings } = session.subject;
    this.#say({ type: 'status', message: words, session_id, width, height, fps: rate, warnings, ...more });
    this.#viewer = new SocketViewer(this.#socket, this.#tools.wire, session, config, (reason) => this.#over(reason));
    this.#watching = session.watch(this.#viewer);
  }

  /** The session, for who may speak through it. */
  #speaker(): LiveSession {
    if (!this.#session) throw new OratorError('request/invalid', 'There is no session yet. Send init first.');
    if (this.#guest) throw new OratorError('key/forbidden', 'Who watches cannot speak. Send resume in place of watch.');
    if (this.#stopping) throw new OratorError('request/conflict', 'The session was stopped already.');
    return this.#session;
  }

  /** Lets what was sent be said to its end, and then tells that all is complete. */
  async #stop(): Promise<void> {
    if (!this.#session || this.#guest) return this.#complete();
    const session = this.#speaker();
    this.#stopping = true;
    await session.finish();
  }

  #over(reason: SessionEnd): void {
    this.#watching = undefined;
    if (reason.type === 'completed') {
      this.#complete();
      return;
    }
    this.#say({ type: 'error', ...wordsOfEnd(reason) });
    this.#socket.close(GOING_AWAY);
  }

  #complete(): void {
    const total = this.#viewer?.frames ?? 0;
    const duration = Math.round((total / (this.#session?.fps ?? 25)) * 1e6) / 1e6;
    this.#say({ type: 'complete', total_frames: total, duration_seconds: duration });
    this.#socket.close(NORMAL);
  }

  /** What is wrong with a message ends the connection only where there is no session that could go on. */
  #fail(thrown: unknown): void {
    const error = OratorError.from(thrown);
    if (this.#session && error.code !== 'internal') this.#say({ type: 'error', ...wordsOf(error) });
    else this.#refuse(error);
  }

  #refuse(error: OratorError): void {
    const { retry } = error.policy;
    this.#say({ type: 'error', ...wordsOf(error), ...(retry ? { retry_after: 5 } : {}) });
    this.#socket.close(retry ? LATER : WRONG, error.code);
  }

  #say(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

const forbidden = () => new OratorError('key/forbidden', 'This ticket is for another session. Ask for one without.');

/** @throws {OratorError} `image/unreadable` for what is not base64. */
function fromBase64(text: string): Uint8Array {
  const plain = /^data:[^,]{0,100},/.test(text.slice(0, 120)) ? text.slice(text.indexOf(',') + 1) : text;
  const bytes = Buffer.from(plain, 'base64');
  if (bytes.length === 0) throw new OratorError('image/unreadable', 'The source is empty or not base64.');
  return bytes;
}
