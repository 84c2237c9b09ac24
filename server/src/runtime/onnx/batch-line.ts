import { OratorError } from '@orator/core/base/errors';
import type { TensorData, Tensors } from '@orator/core/models/runtime';
import { stopped } from '../../net/stopped.ts';

/** Runs that may wait: more means that far more is asked for than this machine can do. */
const MOST_WAITING = 256;

interface Waiting {
  readonly inputs: Tensors;
  readonly count: number;
  readonly signal: AbortSignal | undefined;
  readonly reply: PromiseWithResolvers<Tensors>;
}

/**
 * Puts what several users ask of one network into batches: while one runs, the next gathers, up to `most` items. A run that was given up
 * before its turn does not run at all.
 */
export class BatchLine {
  readonly #run: (inputs: Tensors) => Promise<Tensors>;
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #busy = false;

  constructor(run: (inputs: Tensors) => Promise<Tensors>, most: number) {
    this.#run = run;
    this.#most = most;
  }

  /** @throws {OratorError} `runtime/exhausted` when too much waits already, `cancelled`, and what the network throws. */
  async run(inputs: Tensors, signal?: AbortSignal): Promise<Tensors> {
    if (signal?.aborted) throw stopped(signal);
    if (this.#waiting.length >= MOST_WAITING) {
      throw new OratorError('runtime/exhausted', 'Too many runs wait for this network. Try again later.');
    }
    const reply = Promise.withResolvers<Tensors>();
    this.#waiting.push({ inputs, count: countOf(inputs), signal, reply });
    const stop = () => this.#giveUp(reply, signal!);
    signal?.addEventListener('abort', stop, { once: true });
    void this.#work();
    try {
      return await reply.promise;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** One that runs already is finished for nobody. */
  #giveUp(reply: PromiseWithResolvers<Tensors>, signal: AbortSignal): void {
    const at = this.#waiting.findIndex((each) => each.reply === reply);
    if (at >= 0) this.#waiting.splice(at, 1);
    reply.reject(stopped(signal));
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
        try {
          const outputs = await this.#run(merge(batch.map(({ inputs }) => inputs)));
          split(outputs, batch).forEach((part, i) => void batch[i]!.reply.resolve(part));
        } catch (thrown) {
          for (const { reply } of batch) reply.reject(thrown);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /** The first that waits, and those after it that fit to it. */
  #next(): Waiting[] {
    const batch = this.#waiting.splice(0, 1);
    let count = batch[0]?.count ?? 0;
    while (batch.length > 0) {
      const next = this.#waiting[0];
      if (!next || count + next.count > this.#most || !fit(batch[0]!.inputs, next.inputs)) break;
      batch.push(this.#waiting.shift()!);
      count += next.count;
    }
    return batch;
  }
}

const countOf = (tensors: Tensors) => Object.values(tensors)[0]?.shape[0] ?? 1;

/** Whether two inputs differ in nothing but their first side. */
function fit(a: Tensors, b: Tensors): boolean {
  return Object.entries(a).every(([name, { dtype, shape }]) => {
    const other = b[name];
    return other?.dtype === dtype && other.shape.slice(1).join() === shape.slice(1).join();
  });
}

function merge(all: readonly Tensors[]): Tensors {
  const [first] = all;
  if (all.length === 1) return first!;
  return Object.fromEntries(Object.keys(first!).map((name) => [name, joined(all.map((each) => each[name]!))]));
}

function joined(parts: readonly TensorData[]): TensorData {
  const { shape } = parts[0]!;
  const count = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const length = parts.reduce((sum, part) => sum + part.values.length, 0);
  const whole = allocate(parts[0]!, [count, ...shape.slice(1)], length);
  let at = 0;
  for (const { values } of parts) {
    (whole.values as Float32Array).set(values as Float32Array, at);
    at += values.length;
  }
  return whole;
}

function split(outputs: Tensors, batch: readonly Waiting[]): Tensors[] {
  if (batch.length === 1) return [outputs];
  let from = 0;
  return batch.map(({ count }) => {
    const first = from;
    from += count;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, cut(tensor, first, count)] as const),
    );
  });
}

function cut(tensor: TensorData, first: number, count: number): TensorData {
  const each = tensor.values.length / tensor.shape[0]!;
  const part = allocate(tensor, [count, ...tensor.shape.slice(1)], count * each);
  (part.values as Float32Array).set(tensor.values.subarray(first * each, (first + count) * each) as Float32Array);
  return part;
}

function allocate({ dtype }: TensorData, shape: readonly number[], length: number): TensorData {
  if (dtype === 'f32') return { dtype, shape, values: new Float32Array(length) };
  if (dtype === 'u8') return { dtype, shape, values: new Uint8Array(length) };
  return { dtype, shape, values: new BigInt64Array(length) };
}
