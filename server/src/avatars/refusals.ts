import { OratorError } from '@orator/core/base/errors';

/** A training video shorter than what an avatar needs. These messages are part of the contract with callers: word for word. */
export const tooShort = (minSeconds: number) =>
  new OratorError('video/too-short', `Video too short, minimum ${minSeconds} seconds required`);

/** A training video longer than what is allowed. */
export const tooLong = (maxSeconds: number) =>
  new OratorError('video/too-long', `Video too long, maximum ${maxSeconds} seconds allowed`);

/** A file whose pictures cannot be read; `format` from `formatOf`. */
export const unsupported = (format: string, cause?: unknown) =>
  new OratorError('video/unsupported', `Unsupported video format: ${format}`, { cause });

/** A video that shows no face, or too rarely. */
export const noFace = () => new OratorError('face/not-found', 'No face detected in video');

/** A video with a second face that is large and stays. */
export const severalFaces = () => new OratorError('face/several', 'Multiple faces detected, single face required');

/** What the worker says when an avatar cannot be stored; it knows the store's reason. */
export const uploadFailedMessage = (reason: string) => `Failed to upload avatar to S3: ${reason}`;

/** What the worker says when its deadline passes: give it to `AbortController.abort` inside an `OratorError`. */
export const timedOutMessage = (limitSeconds: number) => `Processing timed out after ${limitSeconds} seconds`;

/** Throws once `signal` is aborted: its reason when that is an error of ours, else `cancelled`. */
export function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof OratorError) throw signal.reason;
  throw new OratorError('cancelled', 'Stopped on request.', { cause: signal.reason });
}
