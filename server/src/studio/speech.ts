import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import type { Hertz } from '@orator/core/base/units';
import type { EngineInfo } from '@orator/core/engines/engine';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import { speechBySound } from '@orator/core/speech/by-sound';
import type { Speech } from '@orator/core/speech/speech';
import { unreadSpeech } from '@orator/core/speech/unread';
import { createVisemeStream } from '@orator/core/speech/visemes/stream';
import { tooLong } from '../media/audio-refusal.ts';
import { openAudio } from '../media/audio-source.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { timedByText } from '../voices/text-timing.ts';
import { type Fingerprint, fingerprinted, fingerprintFile, fingerprintOf } from './fingerprint.ts';
import { loadVisemeModel } from './viseme-model.ts';

/** Speech ready to be read once, and what the receipt says about it. */
export interface OpenedSpeech extends AsyncDisposable {
  readonly speech: Speech;
  /** Rate of its sound. */
  readonly rate: Hertz;
  /** Its length where the file says it, or a guess from the text. */
  readonly expectedSeconds?: number;
  readonly warnings: readonly string[];
  readonly voice?: string;
  readonly models: Receipt['models'];
  readonly text?: Fingerprint;
  /** Known once the speech has been read to its end. */
  timing(): Receipt['timing'];
  audio?(): Fingerprint;
}

/** What the request says and where its sound is. */
interface Said {
  readonly request: RenderRequest;
  readonly audio?: string;
}

/** Characters per second of an unhurried reader: only for the progress bar. */
const CHARACTERS_PER_SECOND = 14;
/** Said where a recording comes with its text, and the engine hears the recording itself. */
const TEXT_UNUSED = 'The engine hears the recording itself: the text was not used.';
/** When the lips of at least this share of a recording follow the sound alone, the text did not time it. */
const MOSTLY_LOST = 0.5;

/**
 * Opens the speech of a request: a text for a voice, a recording, or a recording whose text is known. For engines that hear the sound
 * themselves, nobody looks for mouth shapes in it.
 * @throws {OratorError} `audio/…`, `text/…`, `voice/…`, before any frame is drawn where that can be known.
 */
export async function openSpeech(
  { request, audio }: Said,
  reads: EngineInfo['reads'],
  ffmpeg: Ffmpeg,
  stdin: Readable,
  signal: AbortSignal,
): Promise<OpenedSpeech> {
  if (audio === undefined) {
    const speech = await openText(request, signal);
    return reads === 'audio' ? { ...speech, timing: () => 'audio' } : speech;
  }
  return openRecording(audio, request, reads, ffmpeg, stdin, signal);
}

async function openText(request: RenderRequest, signal: AbortSignal): Promise<OpenedSpeech> {
  const text = request.text ?? '';
  const started = await startReading(
    withinLimit(createEspeakVoices().speak(text, request, signal), request.maxDuration),
  );
  return {
    ...started,
    expectedSeconds: text.length / CHARACTERS_PER_SECOND / request.rate,
    warnings: [],
    voice: request.voice,
    models: [{ name: 'espeak-ng' }],
    text: fingerprintOf(text),
    timing: () => 'synthesised',
  };
}

async function openRecording(
  path: string,
  request: RenderRequest,
  reads: EngineInfo['reads'],
  ffmpeg: Ffmpeg,
  stdin: Readable,
  signal: AbortSignal,
): Promise<OpenedSpeech> {
  const tap = path === '-' ? fingerprinted(stdin) : undefined;
  const text = reads === 'motion' && request.text?.trim() ? request.text : undefined;
  const voices = createEspeakVoices();
  if (text) await voices.check(text, request);
  const source = await openAudio(ffmpeg, tap?.stream ?? path, { signal, maxSeconds: request.maxDuration });
  const shapes = reads === 'motion' ? await loadVisemeModel() : undefined;
  const print = tap ? undefined : await fingerprintFile(path, signal);
  const warnings = reads === 'audio' && request.text?.trim() ? [TEXT_UNUSED] : [];
  let lost = text ? 0 : 1;
  const warn = (words: string, share: number) => {
    warnings.push(words);
    lost = share;
  };
  const read = () => {
    if (!shapes) return unreadSpeech(source.chunks());
    const { weights } = shapes;
    return text
      ? timedByText(source.chunks(), { text, voice: request.voice, voices, weights, warn }, signal)
      : speechBySound(source.chunks(), createVisemeStream(weights));
  };
  const started = await startReading(read());
  return {
    ...started,
    expectedSeconds: source.info.seconds,
    warnings,
    models: shapes ? [{ name: 'visemes', sha256: shapes.sha256 }] : [],
    text: text ? fingerprintOf(text) : undefined,
    timing: () => (lost < MOSTLY_LOST ? 'aligned' : 'audio'),
    audio: () => print ?? tap!.fingerprint(),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    },
  };
}

/** The same speech, which ends with `audio/too-long` past `limit` seconds; 0 = any length. */
async function* withinLimit(speech: Speech, limit: number): Speech {
  for await (const chunk of speech) {
    const { at, rate, pcm } = chunk.audio;
    if (limit > 0 && at + pcm.length / rate > limit) throw tooLong('The spoken text', limit);
    yield chunk;
  }
}

/** Reads the first chunk, so that what cannot be spoken fails now, and the rate of the sound is known. */
async function startReading(
  speech: Speech,
): Promise<Pick<OpenedSpeech, 'speech' | 'rate' | typeof Symbol.asyncDispose>> {
  const chunks = speech[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done)
    throw new OratorError('audio/empty', 'The speech holds no sound. Give a recording that can be heard, or a text.');
  return {
    rate: first.value.audio.rate,
    speech: (async function* () {
      try {
        yield first.value;
        for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
      } finally {
        await chunks.return?.();
      }
    })(),
    async [Symbol.asyncDispose]() {
      await chunks.return?.();
    },
  };
}
