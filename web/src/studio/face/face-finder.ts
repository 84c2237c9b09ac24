import { isErrorCode, OratorError } from '@orator/core/base/errors';
import type { Crop } from '@orator/core/media/framing';
import type { FaceOrder, FaceReply, PreparedSize, SeenFace } from './face-order.ts';

/** The faces of a picture, from the left, and which of them is the largest. */
export interface SeenFaces {
  readonly faces: readonly SeenFace[];
  readonly largest: number;
}

/** A face that is ready to be drawn: a packet for a painting, and the size of what it draws, px. */
export interface PreparedFace {
  readonly packet: ArrayBuffer;
  readonly size: PreparedSize;
}

/** Larger pictures are looked at in a smaller copy, px of the long side: a face is as good in it. */
const LONGEST_SIDE = 2048;

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Looks for faces in this browser, in a worker that is started when it is first asked. Nothing of a picture is sent anywhere. */
export class FaceFinder implements Disposable {
  #worker: Worker | undefined;
  readonly #asked = new Map<number, (reply: FaceReply) => void>();
  #orders = 0;

  /** Finds the faces of a picture file, which is the picture from now on. Rejects with an `OratorError`. */
  async look(file: Blob): Promise<SeenFaces> {
    const picture = await smallerPicture(file);
    const reply = await this.#ask({ type: 'look', picture }, [picture]);
    if (reply.type !== 'seen') throw refusal(reply);
    return reply;
  }

  /** Makes a face ready to be drawn; it is counted from the left. Rejects with an `OratorError` for one that cannot be. */
  async prepare(face: number, crop: Crop): Promise<PreparedFace> {
    const reply = await this.#ask({ type: 'prepare', face, crop });
    if (reply.type !== 'prepared') throw refusal(reply);
    return reply;
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const [id, answer] of this.#asked) answer({ type: 'failed', id, code: 'cancelled', message: '' });
    this.#asked.clear();
  }

  #ask(order: Unnumbered<FaceOrder>, transfer: Transferable[] = []): Promise<FaceReply> {
    this.#worker ??= this.#open();
    const id = this.#orders++;
    const { promise, resolve } = Promise.withResolvers<FaceReply>();
    this.#asked.set(id, resolve);
    this.#worker.postMessage({ ...order, id } satisfies FaceOrder, transfer);
    return promise;
  }

  #open(): Worker {
    const worker = new Worker(new URL('./face-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FaceReply>) => {
      this.#asked.get(data.id)?.(data);
      this.#asked.delete(data.id);
    });
    worker.addEventListener('error', ({ message }) => {
      for (const [id, answer] of this.#asked) answer({ type: 'failed', id, code: 'internal', message });
      this.#asked.clear();
    });
    return worker;
  }
}

async function smallerPicture(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file).catch((cause: unknown) => {
    throw new OratorError('image/unreadable', 'This browser cannot read the picture. Save it as JPEG or PNG.', {
      cause,
    });
  });
  const scale = LONGEST_SIDE / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const smaller = await createImageBitmap(whole, {
    resizeWidth: Math.round(whole.width * scale),
    resizeHeight: Math.round(whole.height * scale),
    resizeQuality: 'high',
  });
  whole.close();
  return smaller;
}

function refusal(reply: FaceReply): OratorError {
  const { code, message } = reply.type === 'failed' ? reply : { code: 'internal', message: 'Another answer was due.' };
  return new OratorError(isErrorCode(code) ? code : 'internal', message);
}
