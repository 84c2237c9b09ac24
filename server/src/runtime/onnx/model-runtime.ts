import { availableParallelism } from 'node:os';
import { OratorError } from '@orator/core/base/errors';
import type { ModelSession } from '@orator/core/models/runtime';
import type { Config } from '../../config.ts';
import { BatchLine } from './batch-line.ts';
import { requireOnnxLibrary } from './onnx-library.ts';
import { OnnxThread } from './onnx-thread.ts';
import { examineProviders, ladderFor, type ProviderState, providerOptions } from './providers.ts';

/** A network's file, and how much of it may run at once. */
export interface ModelFile {
  readonly path: string;
  /** What its weights take. */
  readonly bytes: number;
  /** Items that may run as one batch. */
  readonly mostBatch: number;
}

/** A network in memory, for any number of users. */
interface Loaded {
  readonly thread: OnnxThread;
  readonly line: BatchLine;
  readonly provider: string;
  readonly passedOver: readonly string[];
}
interface Place {
  readonly bytes: number;
  readonly loading: Promise<Loaded>;
  users: number;
}

/**
 * The networks of this process: each is in memory once, however many use it, and stays there until the room is needed. The room counts
 * weights; what a network needs while it runs comes on top.
 */
export class ModelRuntime implements AsyncDisposable {
  readonly #config: Pick<Config, 'data' | 'values'>;
  readonly #roomBytes: number;
  /** Those used least lately come first. */
  readonly #places = new Map<string, Place>();
  #states: readonly ProviderState[] | undefined;

  constructor(config: Pick<Config, 'data' | 'values'>) {
    this.#config = config;
    this.#roomBytes = config.values.ORATOR_MODEL_MEMORY_MB * 1e6;
  }

  /** How many networks are in memory. */
  get loaded(): number {
    return this.#places.size;
  }

  /** @throws {OratorError} `backend/none`, `model/failed`, `runtime/exhausted` when others use all the room. */
  async open(file: ModelFile): Promise<ModelSession> {
    const place = this.#places.get(file.path) ?? (await this.#load(file));
    place.users++;
    this.#places.delete(file.path);
    this.#places.set(file.path, place);
    try {
      const { line, provider, passedOver } = await place.loading;
      let used = true;
      return {
        provider,
        passedOver,
        run: (inputs, signal) => line.run(inputs, signal),
        [Symbol.asyncDispose]: async () => {
          if (used) place.users--;
          used = false;
        },
      };
    } catch (thrown) {
      if (this.#places.get(file.path) === place) this.#places.delete(file.path);
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#places.values()];
    this.#places.clear();
    for (const { loading } of all) await loading.then(({ thread }) => thread[Symbol.asyncDispose](), ignore);
  }

  async #load(file: ModelFile): Promise<Place> {
    await this.#makeRoom(file.bytes);
    // Another may have asked for the same meanwhile.
    const place = this.#places.get(file.path) ?? { bytes: file.bytes, users: 0, loading: this.#openFirst(file) };
    place.loading.catch(ignore); // told to those who wait for it
    this.#places.set(file.path, place);
    return place;
  }

  async #makeRoom(bytes: number): Promise<void> {
    const taken = () => [...this.#places.values()].reduce((sum, place) => sum + place.bytes, 0);
    while (taken() + bytes > this.#roomBytes) {
      const [path, idle] = [...this.#places].find(([, { users }]) => users === 0) ?? [];
      if (path === undefined) break;
      this.#places.delete(path);
      await idle!.loading.then(({ thread }) => thread[Symbol.asyncDispose](), ignore);
    }
    if (taken() + bytes > this.#roomBytes) {
      const megabytes = (count: number) => Math.round(count / 1e6);
      throw new OratorError(
        'runtime/exhausted',
        `A network of ${megabytes(bytes)} MB has no room: ${megabytes(taken())} of ${megabytes(this.#roomBytes)} MB are in use. Try again later, or set ORATOR_MODEL_MEMORY_MB.`,
      );
    }
  }

  /** Goes down the ladder. Only what cannot run here is passed over, and the reason is kept. */
  async #openFirst({ path, mostBatch }: ModelFile): Promise<Loaded> {
    const library = requireOnnxLibrary(this.#config);
    this.#states ??= examineProviders(library);
    const passedOver: string[] = [];
    const ladder = ladderFor(this.#config.values.ORATOR_BACKEND);
    for (const [step, name] of ladder.entries()) {
      const state = this.#states.find((each) => each.name === name);
      const reason = state ? state.unavailable : 'the runtime was built without it';
      if (reason !== null) {
        passedOver.push(`${name}: ${reason}`);
        continue;
      }
      try {
        const thread = await OnnxThread.open({
          library,
          path,
          options: {
            executionProviders: [providerOptions(name, this.#config)],
            intraOpNumThreads: availableParallelism(),
            interOpNumThreads: 1,
            logSeverityLevel: 3,
          },
        });
        return { thread, line: new BatchLine((inputs) => thread.run(inputs), mostBatch), provider: name, passedOver };
      } catch (thrown) {
        if (step === ladder.length - 1) throw thrown;
        passedOver.push(`${name}: ${OratorError.from(thrown).message}`);
      }
    }
    throw new OratorError(
      'backend/none',
      `No provider can run here (${passedOver.join('; ')}). Set ORATOR_BACKEND to cpu or auto, or see orator doctor.`,
    );
  }
}

const ignore = () => {};
