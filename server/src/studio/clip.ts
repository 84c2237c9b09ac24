import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import type { ProduceEvent } from '@orator/core/produce/events';
import { produce } from '@orator/core/produce/produce';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import { type Clock, Stopwatch } from '@orator/core/produce/stopwatch';
import type { Config } from '../config.ts';
import { createMp4Encoder } from '../encode/mp4-encoder.ts';
import { type Ffmpeg, findFfmpeg } from '../media/ffmpeg.ts';
import type { Setup } from '../model-store/bring-weights.ts';
import { checkOutput, cleanOutputs, keepInputs } from '../output.ts';
import type { ModelRuntime } from '../runtime/onnx/model-runtime.ts';
import { VERSION } from '../version.ts';
import { type Fallback, mayStandIn, requireEngine } from './engines.ts';
import { readyPerformer } from './performers/list.ts';
import type { OpenedPerformer, ReadyPerformer, SubjectFile } from './performers/performer.ts';
import { receiptPathOf, writeReceipt } from './receipt-file.ts';
import { type OpenedSpeech, openSpeech } from './speech.ts';

/** One clip that someone wants, of a picture or a video. Paths are those of this machine. */
export interface ClipOrder extends SubjectFile {
  readonly request: RenderRequest;
  /** A file, or `-` for standard input; without it the text is spoken by a voice. */
  readonly audio?: string;
  readonly output: string;
  /** What may stand in for an engine that cannot run. */
  readonly fallback: Fallback;
  /** What may be done about weights that are not here; nothing where it is left out. */
  readonly setup?: Setup;
}

/** What making a clip needs from outside. */
export interface Surroundings {
  readonly config: Config;
  /** The networks of this process, which stay loaded from clip to clip. */
  readonly runtime: ModelRuntime;
  /** Seconds, only ever going up. */
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  /** Told what is being done before frames come. */
  readonly stage: (words: string) => void;
}

/** Who makes a clip, and why when it is not the engine that was asked for. */
interface Attempt {
  readonly performer: string;
  readonly reason?: string;
}

const NO_SETUP: Setup = { fetch: false, acceptLicence: false };

/**
 * Makes one clip on this machine: the same steps for the command line and for a job. Where the engine cannot run and the order lets something
 * stand in, that begins anew, with a `started` of its own, and the receipt says why.
 * @throws {OratorError} any code; no file is left then.
 */
export async function* makeClip(order: ClipOrder, surroundings: Surroundings): AsyncGenerator<ProduceEvent> {
  const { request, image, video, audio, output, fallback } = order;
  const inputs = [image, video, audio === '-' ? undefined : audio].filter((path) => path !== undefined);
  for (const path of [output, receiptPathOf(output)]) {
    await keepInputs(path, inputs);
    await checkOutput(path);
  }
  await cleanOutputs(dirname(resolve(output)));
  const started = surroundings.clock();
  const ffmpeg = await findFfmpeg(surroundings.config);
  const piped = { read: false };
  try {
    const { id } = requireEngine(request.engine);
    checkSubject(id, order);
    yield* attempt({ performer: id }, order, { ...surroundings, ffmpeg, started, piped });
  } catch (thrown) {
    const { code, message } = OratorError.from(thrown);
    if (surroundings.signal.aborted || piped.read || !mayStandIn(code, request.engine, fallback)) throw thrown;
    yield* attempt({ performer: fallback, reason: message }, order, { ...surroundings, ffmpeg, started, piped });
  }
}

/** @throws {OratorError} `request/invalid` for a subject that the engine does not animate */
function checkSubject(engine: string, { image, video }: ClipOrder): void {
  if ((image === undefined) === (video === undefined)) {
    throw new OratorError('request/invalid', 'Give either a picture or a video.');
  }
  if (video !== undefined && engine === 'portrait') {
    throw new OratorError(
      'request/invalid',
      'The engine "portrait" animates a picture. Use --image, or --engine wav2lip.',
    );
  }
}

/** What all attempts at one clip share. */
interface Workshop extends Surroundings {
  readonly ffmpeg: Ffmpeg;
  /** When work began, by the clock. */
  readonly started: number;
  /** Whether sound that can be read only once has been. */
  readonly piped: { read: boolean };
}

async function* attempt(made: Attempt, order: ClipOrder, workshop: Workshop): AsyncGenerator<ProduceEvent> {
  const { clock, signal, ffmpeg, started, runtime, config } = workshop;
  const stopwatch = new Stopwatch(clock);
  const scene = { ...order, setup: order.setup ?? NO_SETUP };
  const stage = { config, ffmpeg, runtime, stopwatch, signal, say: workshop.stage };
  await using ready = await stopwatch.time('prepare', () => readyPerformer(made.performer, scene, stage));
  workshop.stage('Reading the picture and the speech');
  const parts = await stopwatch.time('prepare', () => openBoth(order, ready, workshop));
  await using opened = parts.opened;
  await using speech = parts.speech;
  const { width, height, fps } = opened.performer.session;
  await using encoder = await createMp4Encoder(ffmpeg).open(
    order.output,
    { width, height, fps, audioRate: speech.rate },
    signal,
  );
  const production = {
    ...opened.performer,
    encoder,
    stopwatch,
    warnings: [...opened.warnings, ...speech.warnings],
    speech: speech.speech,
    expectedSeconds: speech.expectedSeconds,
    sign: (clip: Receipt['clip'], timings: Receipt['timings']) =>
      signed(order, made, opened, speech, ffmpeg, clip, timings),
  };
  for await (const event of produce(production, signal)) {
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
async function openBoth(order: ClipOrder, ready: ReadyPerformer, { ffmpeg, stdin, signal, piped }: Workshop) {
  const giveUp = new AbortController();
  const both = AbortSignal.any([signal, giveUp.signal]);
  piped.read ||= order.audio === '-';
  const parts = await Promise.allSettled([
    ready.open(both).catch((thrown) => {
      giveUp.abort(thrown);
      throw thrown;
    }),
    openSpeech(order, ready.reads, ffmpeg, stdin, both),
  ] as const);
  const [opened, speech] = parts;
  if (opened.status === 'fulfilled' && speech.status === 'fulfilled') {
    return { opened: opened.value, speech: speech.value };
  }
  for (const part of parts) if (part.status === 'fulfilled') await part.value[Symbol.asyncDispose]();
  signal.throwIfAborted();
  throw opened.status === 'rejected' ? opened.reason : (speech as PromiseRejectedResult).reason;
}

function signed(
  { request }: ClipOrder,
  { performer, reason }: Attempt,
  opened: OpenedPerformer,
  speech: OpenedSpeech,
  ffmpeg: Ffmpeg,
  clip: Receipt['clip'],
  timings: Receipt['timings'],
): Receipt {
  const { text: _text, engine: requested, voice: _voice, ...options } = request;
  return {
    orator: VERSION,
    outcome: reason === undefined ? 'success' : 'fallback',
    reason,
    engine: performer,
    requested: requested === performer ? undefined : requested,
    models: [...opened.models, ...speech.models],
    voice: speech.voice,
    timing: speech.timing(),
    options,
    subject: opened.subject,
    audio: speech.audio?.(),
    text: speech.text,
    clip,
    timings,
    warnings: [...opened.warnings, ...speech.warnings],
    encoder: `ffmpeg ${ffmpeg.version}`,
    created: new Date().toISOString(),
  };
}
