import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fps, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { lipGeometry } from '@orator/core/motion/lip-geometry';
import { move } from '@orator/core/motion/move';
import { speechBySound } from '@orator/core/speech/by-sound';
import { createVisemeStream } from '@orator/core/speech/visemes/stream';
import { parseVisemeWeights } from '@orator/core/speech/visemes/weights';
import { createEspeakVoices } from '../server/src/voices/espeak-voice.ts';
import { timedByText } from '../server/src/voices/text-timing.ts';
import { ROOT, type Voice } from './material.ts';

/** The gap between the lips that motion asks for, in IOD, frame by frame, before anything is drawn. */
export async function askedGaps(voice: Voice, withText: boolean, rate: number): Promise<Float64Array> {
  const weights = parseVisemeWeights(await readFile(join(ROOT, 'core/models/visemes.bin')));
  const known = { text: voice.text, voice: voice.language, voices: createEspeakVoices(), weights, warn: () => {} };
  const speech = withText
    ? timedByText(chunksOf(voice), known, new AbortController().signal)
    : speechBySound(chunksOf(voice), createVisemeStream(weights));
  const gaps: number[] = [];
  for await (const { pose } of move(speech, { fps: fps(rate), seed: 1 })) gaps.push(lipGeometry(pose).gap);
  return Float64Array.from(gaps);
}

/** Sound in pieces of 0.1 s, as files are read. */
async function* chunksOf({ pcm, rate }: Voice): AsyncGenerator<AudioChunk> {
  const size = Math.round(rate / 10);
  for (let from = 0; from < pcm.length; from += size) {
    yield { at: seconds(from / rate), rate, pcm: pcm.slice(from, from + size) };
  }
}
