import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import { type PullEvent, type PullOrder, pullModel } from './model-pull.ts';
import type { ModelStore } from './model-store.ts';

/** How far a pull is, or how it ended. */
export interface PullState {
  readonly state: 'fetching' | 'checking' | 'done' | 'failed';
  /** What is here of the file. */
  readonly bytes: number;
  /** Its size, where it is known. */
  readonly total?: number;
  /** Where it comes from. */
  readonly source?: string;
  /** Why it failed. */
  readonly error?: OratorError;
}

interface Pull {
  state: PullState;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  /** Told at each change. */
  readonly listeners: Set<() => void>;
}

/** How often those who follow a pull hear of more bytes. */
const NEWS_MS = 250;

/** The pulls of this process, one for each model at most; how the last one ended is known until the next begins. */
export class Pulls implements AsyncDisposable {
  readonly #store: ModelStore;
  readonly #guard: Guard;
  readonly #pulls = new Map<string, Pull>();

  constructor(store: ModelStore, guard: Guard) {
    this.#store = store;
    this.#guard = guard;
  }

  /** How far the pull of a model is; `null` when there was none. */
  stateOf(id: string): PullState | null {
    return this.#pulls.get(id)?.state ?? null;
  }

  /**
   * Begins a pull, or finds the one that goes on.
   * @throws {OratorError} `model/unknown`; `model/licence` before anything is fetched
   */
  async start(order: PullOrder): Promise<PullState> {
    const { id } = order;
    this.#store.manifestOf(id);
    if (!order.acceptLicence) await this.#store.requireAccepted(id);
    const before = this.#pulls.get(id);
    if (before && !isOver(before.state)) return before.state;
    const stop = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const pull: Pull = { state: { state: 'fetching', bytes: 0 }, stop, ended, listeners: new Set() };
    this.#pulls.set(id, pull);
    void this.#run(order, pull).then(resolve);
    return pull.state;
  }

  /** Stops a pull; what has come stays for the next. Says whether there was one. */
  async stop(id: string): Promise<boolean> {
    const pull = this.#pulls.get(id);
    if (!pull || isOver(pull.state)) return false;
    pull.stop.abort(new OratorError('cancelled', 'The pull was stopped. The next one goes on from there.'));
    await pull.ended;
    return true;
  }

  /** Every state that a pull comes to, the last one when it is over; nothing where there was none. */
  async *follow(id: string, signal: AbortSignal): AsyncGenerator<PullState> {
    const pull = this.#pulls.get(id);
    if (!pull) return;
    let wake = () => {};
    const listener = () => wake();
    pull.listeners.add(listener);
    signal.addEventListener('abort', listener, { once: true });
    try {
      for (let told: PullState | undefined; !signal.aborted; ) {
        const changed = new Promise<void>((resolve) => (wake = resolve));
        if (pull.state !== told) {
          told = pull.state;
          yield told;
        } else await changed;
        if (isOver(told!)) return;
      }
    } finally {
      pull.listeners.delete(listener);
      signal.removeEventListener('abort', listener);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pulls.keys()].map((id) => this.stop(id)));
  }

  async #run(order: PullOrder, pull: Pull): Promise<void> {
    let toldAt = 0;
    const tell = (state: PullState) => {
      pull.state = state;
      toldAt = performance.now();
      for (const listener of pull.listeners) listener();
    };
    try {
      for await (const event of pullModel(order, this.#store, this.#guard, pull.stop.signal)) {
        if (event.type === 'progress' && performance.now() - toldAt < NEWS_MS) continue;
        tell(stateAfter(event, pull.state));
      }
    } catch (thrown) {
      tell({ ...pull.state, state: 'failed', error: OratorError.from(thrown) });
    }
  }
}

const isOver = ({ state }: PullState) => state === 'done' || state === 'failed';

function stateAfter(event: PullEvent, before: PullState): PullState {
  switch (event.type) {
    case 'fetching':
      return { state: 'fetching', bytes: event.from, total: event.total, source: event.source };
    case 'progress':
      return { ...before, bytes: event.bytes };
    case 'failed':
      return { state: 'fetching', bytes: 0 };
    case 'checking':
      return { ...before, state: 'checking', bytes: before.total ?? before.bytes };
    case 'done':
      return { ...before, state: 'done', bytes: event.record.bytes, total: event.record.bytes };
  }
}
