import type { SessionAddress } from './session-address.ts';

/** A server keeps a session for so long after its connection was lost, ms. */
const RESUME_MS = 30_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;
/** A connection on which nothing came for so long is given up for another one, ms: frames come all the time. */
const SILENT_MS = 5000;
const NORMAL = 1000;
/** The server refuses; trying again is of no use. */
const REFUSED = 1008;

/** A message of the server: a JSON object with a type. */
export interface Told {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** What a socket tells whoever opened it. */
export interface SocketEvents {
  /** A connection is there, and takes messages: the first one, or one after a loss. */
  readonly opened: () => void;
  readonly told: (message: Told) => void;
  readonly packet: (message: ArrayBuffer) => void;
  /** The connection is lost, and another one is being made. */
  readonly lost: () => void;
  /** There will be no other connection. */
  readonly ended: (reason: string) => void;
}

/** A WebSocket to a session that is made again when it is lost, for as long as the session waits. */
export class LiveSocket implements Disposable {
  readonly #url: string;
  readonly #protocols: string[];
  readonly #greeting: string;
  readonly #events: SocketEvents;
  #socket: WebSocket | undefined;
  #timer = 0;
  #watch = 0;
  #lostAt = performance.now();
  #pause = FIRST_PAUSE_MS;
  #heardAt = 0;
  #isOver = false;

  /** `greeting` asks for the session, on each connection. */
  constructor({ server, key }: SessionAddress, greeting: Told, events: SocketEvents) {
    this.#url = `${server.replace(/^http/, 'ws')}/api/v1/stream/ws`;
    this.#protocols = ['orator', ...(key ? [`key.${key}`] : [])];
    this.#greeting = JSON.stringify(greeting);
    this.#events = events;
    this.#watch = window.setInterval(() => this.#look(), 1000);
    this.#open();
  }

  /** Sends JSON or sound; whether there was a connection. */
  send(message: Told | Int16Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(message instanceof Int16Array ? message : JSON.stringify(message));
    return true;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#socket?.close(NORMAL);
  }

  #open(): void {
    const socket = new WebSocket(this.#url, this.#protocols);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.addEventListener('open', () => {
      socket.send(this.#greeting);
      this.#events.opened();
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      this.#heardAt = performance.now();
      if (data instanceof ArrayBuffer) {
        this.#pause = FIRST_PAUSE_MS;
        this.#lostAt = this.#heardAt;
        this.#events.packet(data);
      } else this.#events.told(JSON.parse(data) as Told);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket === this.#socket) this.#lose(code, reason);
    });
  }

  /** A connection that has died without a word is as good as closed. */
  #look(): void {
    const socket = this.#socket;
    if (!socket || performance.now() - this.#heardAt < SILENT_MS) return;
    this.#socket = undefined;
    socket.close();
    this.#lose(0, '');
  }

  #lose(code: number, reason: string): void {
    this.#socket = undefined;
    if (this.#isOver) return;
    const isOld = performance.now() - this.#lostAt > RESUME_MS;
    if (code === NORMAL || code === REFUSED || isOld) {
      this[Symbol.dispose]();
      this.#events.ended(reason || (isOld ? 'The connection was lost.' : 'The session is over.'));
      return;
    }
    this.#events.lost();
    this.#timer = window.setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2);
  }
}
