import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a bad network does to what passes one way. */
export const BAD = {
  /** Each piece is on its way for so long at least, and up to so much longer, ms. */
  delayMs: 20,
  jitterMs: 60,
  /** So many of a hundred packets are lost. */
  lostPercent: 2,
} as const;
/** A TCP sender notices so late that a packet was lost, ms: nothing behind it is heard before it came again. */
const AGAIN_MS = 200;
/** Bytes in a packet. */
const PACKET = 1460;

/** A way to a server over TCP that can be good or bad. Bytes keep their order, as TCP has it: what was lost holds up all behind it. */
export class BadWire implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  isBad = false;
  url = '';

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) this.#sockets.add(socket.setNoDelay(true).on('error', () => {}));
      this.#pass(near, far);
      this.#pass(far, near);
    });
  }

  static async open(to: string): Promise<BadWire> {
    const wire = new BadWire(Number(new URL(to).port));
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    wire.url = `http://127.0.0.1:${(wire.#server.address() as AddressInfo).port}`;
    return wire;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(from: Socket, to: Socket): void {
    let free = 0; // when the last piece arrives
    from.on('data', (piece: Buffer) => {
      const now = performance.now();
      const due = Math.max(free, now + (this.isBad ? delayOf(Math.ceil(piece.length / PACKET)) : 0));
      free = due;
      if (due <= now) to.write(piece);
      else setTimeout(() => to.write(piece), due - now);
    });
    from.on('close', () => setTimeout(() => to.destroy(), Math.max(0, free - performance.now()) + 1));
  }
}

function delayOf(packets: number): number {
  let delay = BAD.delayMs + BAD.jitterMs * Math.random();
  for (let k = 0; k < packets; k++) if (Math.random() * 100 < BAD.lostPercent) delay += AGAIN_MS;
  return delay;
}
