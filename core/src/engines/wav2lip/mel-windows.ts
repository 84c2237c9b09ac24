import { durationOf, type Fps, hertz, samples } from '../../base/units.ts';
import type { AudioChunk } from '../../media/audio-chunk.ts';
import { resampleAudio } from '../../media/resample.ts';
import { MEL_BANDS, MEL_COLUMNS } from '../../models/networks/wav2lip.ts';
import { MEL_HOP, MEL_RATE, MelStream } from './mel.ts';

/** What the network hears for one frame. */
export interface MelWindow {
  /** 80 bands of 16 columns each, bands first: 0.2 s from the time of the frame on. */
  readonly mel: Float32Array;
  /** How far the mouth follows the sound, 0..1; in silence it fades to 0. */
  readonly voiced: number;
}

const COLUMNS_PER_SECOND = MEL_RATE / MEL_HOP;
/** The mean level of a column that is heard: a quiet room lies near -3, quiet speech above -2. */
const HEARD = -2.8;
/** Columns of a window that decide: those at the time of the frame, a little before the sound is at its loudest. */
const NEAR_COLUMNS = 6;
/** Tenths of the way that the mouth goes in one frame: it opens in two and shuts in five. */
const [ATTACK, RELEASE, WHOLE] = [5, 2, 10];

/** Turns sound into what the network hears for each frame: one for each 1/fps, in order. Needs 0.2 s of sound beyond a frame. */
export async function* melWindows(audio: AsyncIterable<AudioChunk>, fps: Fps): AsyncGenerator<MelWindow> {
  const stream = new MelStream();
  let columns: Float32Array[] = [];
  let first = 0; // the number of columns[0]
  let length = 0;
  let frame = 0;
  let tenths = 0;
  const next = function* (most: number): Generator<MelWindow> {
    for (; frame < most; frame++) {
      const start = Math.floor((frame * COLUMNS_PER_SECOND) / fps);
      if (start + MEL_COLUMNS > first + columns.length) return;
      columns = columns.slice(start - first);
      first = start;
      const heard = columns.slice(0, NEAR_COLUMNS).some((column) => meanOf(column) > HEARD);
      tenths = heard ? Math.min(WHOLE, tenths + ATTACK) : Math.max(0, tenths - RELEASE);
      yield { mel: windowOf(columns), voiced: tenths / WHOLE };
    }
  };
  for await (const { pcm } of resampleAudio(audio, hertz(MEL_RATE))) {
    length += pcm.length;
    columns.push(...stream.push(pcm));
    yield* next(Number.POSITIVE_INFINITY);
  }
  // The last frames hear silence beyond the end.
  columns.push(...stream.end(), ...Array.from({ length: MEL_COLUMNS }, () => SILENCE));
  const frames = Math.round(durationOf(samples(length), hertz(MEL_RATE)) * fps);
  yield* next(frames);
}

const SILENCE = new Float32Array(MEL_BANDS).fill(-4);
const meanOf = (column: Float32Array) => column.reduce((sum, level) => sum + level, 0) / column.length;

function windowOf(columns: readonly Float32Array[]): Float32Array {
  const mel = new Float32Array(MEL_BANDS * MEL_COLUMNS);
  for (let column = 0; column < MEL_COLUMNS; column++) {
    for (let band = 0; band < MEL_BANDS; band++) mel[band * MEL_COLUMNS + column] = columns[column]![band]!;
  }
  return mel;
}
