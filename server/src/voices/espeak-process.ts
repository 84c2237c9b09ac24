/**
 * A program of its own: answers requests, one after another, until its input ends. It runs apart from the server so that the synthesiser's licence,
 * memory and failures stay its own. Its output pipe blocks, so it never runs ahead of its reader.
 */
import { readSync, writeSync } from 'node:fs';
import {
  type EspeakAnswer,
  type EspeakEvent,
  type EspeakRequest,
  encodeMessage,
  HEADER_BYTES,
} from './espeak-protocol.ts';

interface RawEvent {
  readonly type: string;
  readonly text_position: number;
  readonly word_length: number;
  readonly audio_position: number;
  readonly id: string | number | undefined;
}

/** The part of the synthesiser's interface that is used here. */
interface Worker {
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  set_pitch(pitch: number): void;
  set_volume(volume: number): void;
  readonly samplerate: number;
  list_voices(): { name: string; identifier: string; languages: { name: string }[] }[];
  synthesize(ssml: string, heard: (pcm: Int16Array | undefined, events: RawEvent[]) => boolean): void;
}

interface Synthesiser {
  readonly eSpeakNGWorker: new () => Worker;
  readonly FS: { readdir(path: string): string[] };
}

const KINDS: Readonly<Record<string, EspeakEvent['type']>> = {
  sentence: 'sentence',
  word: 'word',
  phoneme: 'phone',
  end: 'end',
};
/** Where the synthesiser keeps the variants of all voices. */
const VARIANTS = '/usr/share/espeak-ng-data/voices/!v';
const STDIN = 0;
const STDOUT = 1;

/** A pipe that is full or empty for now makes the call fail on some systems instead of waiting. */
function patiently(step: () => number): number {
  for (;;) {
    try {
      return step();
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Reads so many bytes; null at the end of the input. */
function readBytes(count: number): Uint8Array | null {
  const bytes = new Uint8Array(count);
  for (let have = 0; have < count; ) {
    const got = patiently(() => readSync(STDIN, bytes, have, count - have, null));
    if (got === 0) return null;
    have += got;
  }
  return bytes;
}

function readRequest(): EspeakRequest | null {
  const header = readBytes(HEADER_BYTES);
  const json = header && readBytes(new DataView(header.buffer).getUint32(0, true));
  return json && (JSON.parse(new TextDecoder().decode(json)) as EspeakRequest);
}

function answer(message: EspeakAnswer, pcm?: Uint8Array): void {
  const bytes = encodeMessage(message, pcm);
  for (let sent = 0; sent < bytes.length; ) sent += patiently(() => writeSync(STDOUT, bytes, sent));
}

function eventOf(raw: RawEvent): EspeakEvent | undefined {
  const type = KINDS[raw.type];
  if (!type) return undefined;
  const phone = type === 'phone' ? String(raw.id) : '';
  return { type, at: raw.audio_position, position: raw.text_position, length: raw.word_length, phone };
}

function speak(worker: Worker, request: EspeakRequest & { task: 'speak' }): void {
  if (worker.set_voice(request.voice) !== 0) {
    answer({ type: 'failed' });
    return;
  }
  worker.set_rate(request.rate);
  worker.set_pitch(request.pitch);
  worker.set_volume(request.volume);
  const rate = worker.samplerate;
  let events: EspeakEvent[] = [];
  let pieces: Uint8Array[] = [];
  let samples = 0;
  const tell = () => {
    if (samples > 0 || events.length > 0) answer({ type: 'sound', rate, samples, events }, Buffer.concat(pieces));
    [events, pieces, samples] = [[], [], 0];
  };
  worker.synthesize(request.ssml, (pcm, raw) => {
    samples += pcm?.length ?? 0;
    // Its memory is overwritten by what comes next.
    if (pcm && request.sound) pieces.push(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).slice());
    events.push(...raw.map(eventOf).filter((event) => event !== undefined));
    if (events.some(({ type }) => type === 'end')) tell();
    return false;
  });
  tell();
  answer({ type: 'done' });
}

function listVoices(synthesiser: Synthesiser, worker: Worker): void {
  const voices = worker.list_voices().map(({ name, identifier, languages }) => {
    return { name, identifier, languages: languages.map((language) => language.name) };
  });
  const variants = synthesiser.FS.readdir(VARIANTS).filter((file) => !file.startsWith('.'));
  answer({ type: 'voices', voices, variants });
}

// The synthesiser seeds its breath noise from the clock: with a clock that stands still, the same text gives the same samples.
Date.now = () => 0;
try {
  const { default: open } = await import('@echogarden/espeak-ng-emscripten');
  const synthesiser = (await open()) as Synthesiser;
  const worker = new synthesiser.eSpeakNGWorker();
  for (let request = readRequest(); request; request = readRequest()) {
    if (request.task === 'voices') listVoices(synthesiser, worker);
    else speak(worker, request);
  }
} catch (thrown) {
  // The parent reads the reason from the error stream; a parent that has gone needs none.
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
