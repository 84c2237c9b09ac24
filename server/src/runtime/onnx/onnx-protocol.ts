import type { Tensors } from '@orator/core/models/runtime';
import type { OnnxOptions } from './onnx-api.ts';

/** What the thread is started with. */
export interface OnnxStart {
  /** Folder of the library. */
  readonly library: string;
  /** The network's file. */
  readonly path: string;
  readonly options: OnnxOptions;
}

/** What the thread is told. */
export type OnnxOrder = { readonly type: 'run'; readonly inputs: Tensors } | { readonly type: 'close' };

/** What it answers: once when it is ready, then once for each run, in order. A failure is the library's own words. */
export type OnnxReply =
  | { readonly type: 'opened' }
  | { readonly type: 'done'; readonly outputs: Tensors }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'closed' };
