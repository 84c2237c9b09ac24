import type { PaintFigures, PaintOrder, PaintReply, Snapshot } from './paint-order.ts';
import PaintWorker from './paint-worker.ts?worker&inline';
import { Painting } from './painting.ts';

/** What a stage tells whoever put it up. */
export interface StageEvents {
  readonly figures: (figures: PaintFigures) => void;
  readonly failed: (message: string) => void;
}

/** The canvas of a player, drawn by a worker; by the page itself where there can be none. */
export class PictureStage implements Disposable {
  readonly canvas = document.createElement('canvas');
  readonly #tell: (order: PaintOrder, transfer?: Transferable[]) => void;
  readonly #events: StageEvents;
  readonly #end: () => void;
  readonly #asked = new Map<number, (snapshot: Snapshot | null) => void>();
  #questions = 0;

  constructor(events: StageEvents) {
    this.#events = events;
    const worker = openWorker();
    if (worker) {
      this.#end = () => worker.terminate();
      worker.addEventListener('message', ({ data }: MessageEvent<PaintReply>) => this.#hear(data));
      this.#tell = (order, transfer = []) => worker.postMessage(order, transfer);
      const canvas = this.canvas.transferControlToOffscreen();
      this.#tell({ type: 'canvas', canvas }, [canvas]);
    } else {
      const painting = new Painting((reply) => this.#hear(reply), this.canvas);
      this.#tell = (order) => painting.obey(order);
      this.#end = () => painting[Symbol.dispose]();
    }
  }

  /** What an order holds in bytes is given away. */
  order(order: PaintOrder): void {
    // A packet of a message is handed over with the whole message; nobody else reads it any more.
    const bytes = 'packet' in order ? order.packet : undefined;
    this.#tell(order, bytes ? [bytes instanceof ArrayBuffer ? bytes : bytes.buffer] : []);
  }

  /** What is shown now, with its pixels or without; null before there is anything. */
  snapshot(pixels: boolean): Promise<Snapshot | null> {
    const id = this.#questions++;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#tell({ type: 'snapshot', id, pixels });
    });
  }

  [Symbol.dispose](): void {
    this.#end();
    for (const answer of this.#asked.values()) answer(null);
    this.canvas.remove();
  }

  #hear(reply: PaintReply): void {
    if (reply.type === 'figures') this.#events.figures(reply.figures);
    else if (reply.type === 'failed') this.#events.failed(reply.message);
    else if (reply.type === 'snapshot') {
      this.#asked.get(reply.id)?.(reply.snapshot);
      this.#asked.delete(reply.id);
    }
  }
}

/** A worker that can draw; nothing where the page's rules or the browser do not allow one. */
function openWorker(): Worker | undefined {
  if (!('transferControlToOffscreen' in HTMLCanvasElement.prototype)) return undefined;
  try {
    return new PaintWorker();
  } catch {
    return undefined;
  }
}
