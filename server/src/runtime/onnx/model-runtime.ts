import { OratorError } from '@orator/core/base/errors';
import type { ModelSession } from '@orator/core/models/runtime';
import type { Config } from '../../config.ts';
import { BatchLine } from './batch-line.ts';
import type { ModelFile } from './model-file.ts';
import { requireOnnxLibrary } from './onnx-library.ts';
import { type OpenedNetwork, openNetwork } from './open-network.ts';
import { examineProviders, type ProviderName, type ProviderState } from './providers.ts';

/** A network in memory, for any number of users. */
interface Loaded extends OpenedNetwork {
  readonly line: BatchLine;
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
  readonly #mayGain: (provider: ProviderName) => boolean;
  readonly #roomBytes: number;
  /** Those used least lately come first. */
  readonly #places = new Map<string, Place>();
  #states: readonly ProviderState[] | undefined;

  /** `mayGain` says where fp16 is worth a trial. */
  constructor(config: Pick<Config, 'data' | 'values'>, mayGain = gainsFromHalf) {
    this.#config = config;
    this.#mayGain = mayGain;
    this.#roomBytes = config.values.ORATOR_MODEL_MEMORY_MB * 1e6;
  }

  /** How many networks are in memory. */
  get loaded(): number {
    return this.#places.size;
  }

  /** @throws {OratorError} `backend/none`, `model/…`, `output/…`, `runtime/exhausted` when others use all the room. */
  async open(file: ModelFile): Promise<ModelSession> {
    const place = this.#places.get(file.path) ?? (await this.#load(file));
    place.users++;
    this.#places.delete(file.path);
    this.#places.set(file.path, place);
    try {
      const { line, provider, passedOver, precision, reason } = await place.loading;
      let used = true;
      return {
        provider,
        passedOver,
        precision,
        precisionReason: reason,
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

  async #openFirst(file: ModelFile): Promise<Loaded> {
    const library = requireOnnxLibrary(this.#config);
    this.#states ??= examineProviders(library);
    const tools = { config: this.#config, library, states: this.#states, mayGain: this.#mayGain };
    const network = await openNetwork(file, tools);
    return { ...network, line: new BatchLine((inputs) => network.thread.run(inputs), file.mostBatch) };
  }
}

/** For processors ONNX Runtime widens half floats and computes as before: 1.01 times as quick with Wav2Lip 96 on x64, middle of 24 runs. */
const gainsFromHalf = (provider: ProviderName): boolean => provider !== 'cpu';

const ignore = () => {};
