import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of the server, of any shape. */
export interface Told {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A binary message with its head read. */
export interface Packet {
  readonly kind: number;
  readonly generation: number;
  readonly number: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A client of the live door, for tests. */
export class TestSocket implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly told: Told[] = [];
  readonly packets: Packet[] = [];
  /** The code that it was closed with. */
  closed: number | undefined;
  #wake = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        const [kind, generation, number] = [data[0]!, data.readUInt16LE(2), data.readUInt32LE(4)];
        this.packets.push({
          kind,
          generation,
          number,
          at: data.readDoubleLE(8),
          bytes: Uint8Array.from(data.subarray(16)),
        });
      } else this.told.push(JSON.parse(data.toString()));
      this.#wake();
    });
    socket.on('close', (code) => {
      this.closed = code;
      this.#wake();
    });
    socket.on('error', () => this.#wake());
  }

  /** Connects to a service by its HTTP address; `query` as in an address. */
  static async open(url: string, headers: Record<string, string> = {}, query = ''): Promise<TestSocket> {
    const socket = new TestSocket(new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream/ws${query}`, { headers }));
    await once(socket.socket, 'open');
    return socket;
  }

  say(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Waits for something to be true of what was told. */
  async until<T>(found: () => T | undefined | false, seconds = 60): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = found();
      if (value) return value;
      if (Date.now() > end || this.closed !== undefined) {
        const types = this.told
          .map(({ type }) => type)
          .join(' ')
          .slice(-500);
        throw new Error(`It did not come (closed: ${this.closed}). Told: ${types} ${JSON.stringify(this.of('error'))}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 500);
      });
    }
  }

  /** Everything of a type that was told. */
  of(type: string): Told[] {
    return this.told.filter((told) => told.type === type);
  }

  /** Waits for the next message of a type, after `after` of them. */
  message(type: string, after = 0, seconds = 60): Promise<Told> {
    return this.until(() => this.of(type)[after], seconds);
  }

  async end(): Promise<void> {
    if (this.closed !== undefined) return;
    await new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve());
      setTimeout(resolve, 5000);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
  }
}
