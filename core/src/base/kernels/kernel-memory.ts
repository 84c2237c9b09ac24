import { OratorError } from '../errors.ts';
import { KERNELS } from './kernel-module.ts';

/** The functions of `core/kernels`, which documents them. Arguments are whole numbers where nothing else is said; pointers are offsets in bytes. */
interface Kernels {
  drawMesh(task: number): void;
  addPeriodic(...args: readonly number[]): void;
  addRuns(...args: readonly number[]): void;
  blendRows(...args: readonly number[]): void;
  blurColumns(...args: readonly number[]): void;
  blurRows(...args: readonly number[]): void;
  convertToYuv(...args: readonly number[]): void;
  convolveChannels(...args: readonly number[]): void;
  convolveRow(...args: readonly number[]): void;
  doubleRow(...args: readonly number[]): void;
  eliminate(...args: readonly number[]): void;
  encodeJpeg(task: number): number;
  filterRow(...args: readonly number[]): void;
  gatherChannel(...args: readonly number[]): void;
  meanOfPlane(...args: readonly number[]): void;
  mixRows(...args: readonly number[]): void;
  multiplyPeriodic(...args: readonly number[]): void;
  rectify(...args: readonly number[]): void;
  rectifyHard(...args: readonly number[]): void;
  resample(...args: readonly number[]): void;
  runLayer(...args: readonly number[]): void;
  scanLens(...args: readonly number[]): void;
  softenChannel(...args: readonly number[]): void;
  spreadNearest(...args: readonly number[]): void;
  substitute(...args: readonly number[]): void;
}

/** What is used of WebAssembly, which Node's types leave out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE_BYTES = 65536;
/** Buffers start where a vector does, and the kernels may read one vector beyond a buffer's end. */
const ALIGN = 16;
/** The kernels keep their constants below. */
const CONSTANTS_END = 256;

let compiled: object | undefined;

function compile(): object {
  const text = atob(KERNELS);
  return new WebAssembly.Module(Uint8Array.from({ length: text.length }, (_, k) => text.charCodeAt(k)));
}

/**
 * Memory for pixels, weights and the like that the WebAssembly kernels work on. What is taken from it is zero, belongs to the taker, and lives as
 * long as the whole.
 */
export class KernelMemory {
  readonly kernels: Kernels;
  readonly #buffer: ArrayBuffer;
  #used = CONSTANTS_END;

  /** Holds `bytes` bytes in at most `parts` buffers. @throws {OratorError} `runtime/exhausted` when there is no room. */
  constructor(bytes: number, parts: number) {
    const pages = Math.ceil((bytes + (2 * parts + 2) * ALIGN + CONSTANTS_END) / PAGE_BYTES);
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      compiled ??= compile();
      const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
      this.kernels = exports as Kernels;
      this.#buffer = memory.buffer;
    } catch (cause) {
      const size = `${Math.ceil(bytes / 2 ** 20)} MiB`;
      throw new OratorError('runtime/exhausted', `There is no room for ${size} of memory. Try a smaller size.`, {
        cause,
      });
    }
  }

  /** `count` pixels or other 32-bit words. */
  words(count: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(count * 4), count);
  }

  /** `count` 32-bit floats. */
  floats(count: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(count * 4), count);
  }

  /** `count` 64-bit floats. */
  doubles(count: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(count * 8), count);
  }

  /** `count` 16-bit whole numbers, 0..65535. */
  shorts(count: number): Uint16Array {
    return new Uint16Array(this.#buffer, this.#take(count * 2), count);
  }

  /** `count` bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#take(count), count);
  }

  /** Whether a buffer was taken from here. */
  owns(view: ArrayBufferView): boolean {
    return view.buffer === this.#buffer;
  }

  #take(bytes: number): number {
    const at = this.#used;
    this.#used += Math.ceil(bytes / ALIGN) * ALIGN + ALIGN;
    if (this.#used > this.#buffer.byteLength) throw new OratorError('internal', 'More memory was taken than planned.');
    return at;
  }
}
