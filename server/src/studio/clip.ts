import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fps } from '@orator/core/base/units';
import { move } from '@orator/core/motion/move';
import { parseEmotions } from '@orator/core/produce/emotion-list';
import type { ProduceEvent } from '@orator/core/produce/events';
import { produce } from '@orator/core/produce/produce';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import { type Clock, Stopwatch } from '@orator/core/produce/stopwatch';
import type { Config } from '../config.ts';
import { createMp4Encoder } from '../encode/mp4-encoder.ts';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import { checkOutput, cleanOutputs, keepInputs } from '../output.ts';
import { VERSION } from '../version.ts';
import { openCrew, suitableHelpers } from './crew.ts';
import { chooseEngine, type EngineChoice } from './engines.ts';
import { receiptPathOf, writeReceipt } from './receipt-file.ts';
import { type OpenedSpeech, openSpeech } from './speech.ts';
import { openSubject, portraitPreparation, type Subject } from './subject.ts';

/** One clip that someone wants. Paths are those of this machine. */
export interface ClipOrder {
  readonly request: RenderRequest;
  readonly image: string;
  /** What the picture was prepared into before, where that is at hand. */
  readonly prepared?: string;
  /** A file, or `-` for standard input; without it the text is spoken by a voice. */
  readonly audio?: string;
  readonly output: string;
  /** What may stand in for an engine that cannot run. */
  readonly fallback: 'portrait' | 'none';
}

/** What making a clip needs from outside. */
export interface Surroundings {
  readonly config: Config;
  /** Seconds, only ever going up. */
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  /** Told what is being done before frames come. */
  readonly stage: (words: string) => void;
}

/**
 * Makes one clip on this machine: the same steps for the command line and for a job.
 * @throws {OratorError} any code; no file is left then.
 */
export async function* makeClip(order: ClipOrder, surroundings: Surroundings): AsyncGenerator<ProduceEvent> {
  const { request } = order;
  const { config, clock, stage } = surroundings;
  const started = clock();
  const stopwatch = new Stopwatch(clock);
  const choice = chooseEngine(request.engine, order.fallback);
  for (const path of [order.output, receiptPathOf(order.output)]) {
    await keepInputs(path, [order.image, ...(order.audio && order.audio !== '-' ? [order.audio] : [])]);
    await checkOutput(path);
  }
  await cleanOutputs(dirname(resolve(order.output)));
  const ffmpeg = await findFfmpeg(config);
  stage('Reading the picture and the speech');
  const { subject, speech } = await stopwatch.time('prepare', () => openBoth(order, ffmpeg, surroundings));
  await using _closing = speech;
  await using session = openCrew({ ...subject, fps: fps(request.fps) }, suitableHelpers(subject.still));
  const { width, height, fps: rate } = session;
  await using encoder = await createMp4Encoder(ffmpeg).open(
    order.output,
    { width, height, fps: rate, audioRate: speech.rate },
    surroundings.signal,
  );
  const warnings = [...subject.warnings, ...speech.warnings];
  const production = {
    session,
    encoder,
    stopwatch,
    warnings,
    speech: speech.speech,
    expectedSeconds: speech.expectedSeconds,
    move: (source: typeof speech.speech) =>
      move(source, { ...request, fps: rate, emotions: parseEmotions(request.emotion, request.intensity) }),
    sign: (clip: Receipt['clip'], timings: Receipt['timings']) =>
      signed(order, choice, subject, speech, ffmpeg, clip, timings),
  };
  for await (const event of produce(production, surroundings.signal)) {
    if (event.type !== 'done') {
      yield event;
      continue;
    }
    const total = Math.round((clock() - started) * 1000) / 1000;
    const receipt = { ...event.receipt, timings: { ...event.receipt.timings, total } };
    await writeReceipt(order.output, receipt);
    yield { type: 'done', receipt };
  }
}

/** Face and speech are made ready at the same time; when one cannot be, the other is given up. */
async function openBoth(order: ClipOrder, ffmpeg: Ffmpeg, surroundings: Surroundings) {
  const { config, signal } = surroundings;
  const giveUp = new AbortController();
  const both = AbortSignal.any([signal, giveUp.signal]);
  const preparation = { ...portraitPreparation(config), prepared: order.prepared };
  const parts = await Promise.allSettled([
    openSubject(order.image, order.request, preparation).catch((thrown) => {
      giveUp.abort(thrown);
      throw thrown;
    }),
    openSpeech(order, ffmpeg, surroundings.stdin, both),
  ] as const);
  const [subject, speech] = parts;
  if (subject.status === 'fulfilled' && speech.status === 'fulfilled') {
    return { subject: subject.value, speech: speech.value };
  }
  if (speech.status === 'fulfilled') await speech.value[Symbol.asyncDispose]();
  signal.throwIfAborted();
  throw subject.status === 'rejected' ? subject.reason : (speech as PromiseRejectedResult).reason;
}

function signed(
  { request }: ClipOrder,
  choice: EngineChoice,
  subject: Subject,
  speech: OpenedSpeech,
  ffmpeg: Ffmpeg,
  clip: Receipt['clip'],
  timings: Receipt['timings'],
): Receipt {
  const { text: _text, engine: requested, voice: _voice, ...options } = request;
  return {
    orator: VERSION,
    outcome: choice.outcome,
    reason: choice.reason,
    engine: choice.engine,
    requested: requested === choice.engine ? undefined : requested,
    models: [...subject.models, ...speech.models],
    voice: speech.voice,
    timing: speech.timing(),
    options,
    subject: { sha256: subject.sha256, bytes: subject.bytes },
    audio: speech.audio?.(),
    text: speech.text,
    clip,
    timings,
    warnings: [...subject.warnings, ...speech.warnings],
    encoder: `ffmpeg ${ffmpeg.version}`,
    created: new Date().toISOString(),
  };
}
