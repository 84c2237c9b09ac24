/** Numbers with their shape, last index fastest. */
export type TensorData =
  | { readonly dtype: 'f32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly dtype: 'u8'; readonly shape: readonly number[]; readonly values: Uint8Array }
  | { readonly dtype: 'i64'; readonly shape: readonly number[]; readonly values: BigInt64Array };

/** What enters or leaves a network, by name. */
export type Tensors = Readonly<Record<string, TensorData>>;

/** What a network may compute in: floats of 32 bits, or of 16 inside and 32 at its edges. */
export const PRECISIONS = ['fp32', 'fp16'] as const;
/** One of them. */
export type Precision = (typeof PRECISIONS)[number];

/** One use of a network that is in memory. Several may share it; disposing gives this use back. */
export interface ModelSession extends AsyncDisposable {
  /** What it runs on, such as `cpu`. */
  readonly provider: string;
  /** Why it does not run on what would have been better, in words; empty when nothing would. */
  readonly passedOver: readonly string[];
  readonly precision: Precision;
  /** Why it computes in that, in words. */
  readonly precisionReason: string;
  /**
   * Runs the network. All inputs of a batch have the same first side; batches of several users may run as one.
   * @throws {OratorError} `model/failed`, `runtime/exhausted`, `cancelled`
   */
  run(inputs: Tensors, signal?: AbortSignal): Promise<Tensors>;
}
