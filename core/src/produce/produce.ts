import { OratorError } from '../base/errors.ts';
import type { EncoderSession } from '../encode/encoder.ts';
import type { ProduceEvent } from './events.ts';
import { type Cast, perform } from './perform.ts';
import type { Receipt } from './receipt.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A performance that is to become a clip. */
export type Production = Cast & {
  readonly encoder: EncoderSession;
  readonly stopwatch: Stopwatch;
  /** Known length of the sound in seconds, for progress. */
  readonly expectedSeconds?: number;
  /** Filled while the work goes on: what a person should know about the result. */
  readonly warnings: readonly string[];
  /** Completes the receipt once the clip's figures are known. */
  readonly sign: (clip: Receipt['clip'], timings: Receipt['timings']) => Receipt;
};

/**
 * Makes one clip: plays the performance into the encoder and finishes it with its receipt. Nothing holds the whole clip.
 * Nothing exists under the clip's name until `done`; a failure or an abort leaves no file.
 * @throws {OratorError} whatever a stage throws, `cancelled` when `signal` fires.
 */
export async function* produce(production: Production, signal: AbortSignal): AsyncGenerator<ProduceEvent> {
  const { session, encoder, stopwatch, warnings } = production;
  const { width, height, fps } = session;
  yield { type: 'started', width, height, fps, expectedSeconds: production.expectedSeconds, warnings: [...warnings] };
  let frames = 0;
  for await (const item of perform(production, stopwatch)) {
    if (item.type === 'audio') {
      await stopwatch.time('encode', () => encoder.addAudio(item.chunk));
      continue;
    }
    using frame = item.frame;
    signal.throwIfAborted();
    await stopwatch.time('encode', () => encoder.addFrame(frame));
    frames++;
    yield { type: 'progress', frames, seconds: frames / fps };
  }
  if (frames === 0)
    throw new OratorError('audio/empty', 'There is no speech to make a clip of. Give some sound or text.');
  signal.throwIfAborted();
  const clip = { width, height, fps, frames, seconds: frames / fps };
  const receipt = production.sign(clip, stopwatch.report());
  await stopwatch.time('encode', () => encoder.finish({ comment: JSON.stringify(receipt) }));
  yield { type: 'done', receipt: { ...receipt, timings: stopwatch.report() } };
}
