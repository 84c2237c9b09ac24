import { createRequire } from 'node:module';

/** A tensor as onnxruntime-node has it. */
export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
}

/** A loaded network. */
export interface OnnxSession {
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

/** One provider with its settings. */
export interface OnnxProvider {
  readonly name: string;
  readonly deviceId?: number;
}

/** How a network is loaded. */
export interface OnnxOptions {
  readonly executionProviders: readonly OnnxProvider[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  /** 0 = everything, 3 = errors. */
  readonly logSeverityLevel: 0 | 1 | 2 | 3 | 4;
}

/** The part of onnxruntime-node that is used here; the package is no dependency, so its types are not at hand. */
export interface OnnxLibrary {
  readonly Tensor: new (type: string, data: OnnxTensor['data'], dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: { create(path: string, options: OnnxOptions): Promise<OnnxSession> };
  listSupportedBackends(): readonly { readonly name: string }[];
}

/**
 * Loads the library from its folder. Throws what Node throws when it cannot. Since 1.30 the library gives a machine a number, keeps notes on how it
 * is used, and has an address to send them to; it is told not to. It reads that from the process: the main thread loads it before any other.
 */
export function loadOnnxLibrary(folder: string): OnnxLibrary {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  return createRequire(import.meta.url)(folder) as OnnxLibrary;
}
