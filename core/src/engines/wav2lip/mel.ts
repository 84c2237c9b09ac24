import { OratorError } from '../../base/errors.ts';
import { createPowerSpectrum } from '../../media/fourier.ts';
import { MEL_BANDS } from '../../models/networks/wav2lip.ts';

/** Samples per second that the network was trained on. */
export const MEL_RATE = 16_000;
/** Samples from one column to the next: 80 columns a second. */
export const MEL_HOP = 200;
const WINDOW = 800;
/** Columns are centred on their time: the first and the last look this far beyond the sound. */
const MARGIN = WINDOW / 2;
const BINS = WINDOW / 2 + 1;
const PRE_EMPHASIS = 0.97;
const [LOWEST, HIGHEST] = [55, 7600]; // Hz

/** What lies beyond the ends of the sound: its mirror image, as in training, or silence, as newer programs have it. */
export type MelEdge = 'mirror' | 'silence';

/** Turns sound into columns of 80 mel levels, -4..4, as Wav2Lip was trained on. Digital silence is -4. One stream each. */
export class MelStream {
  readonly #edge: MelEdge;
  readonly #spectrum = createPowerSpectrum(WINDOW);
  readonly #filters = createFilters();
  readonly #window = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
  readonly #framed = new Float64Array(WINDOW);
  readonly #magnitudes = new Float64Array(BINS);
  /** Emphasised sound, from where the next column begins to look. */
  #sound: Float64Array = new Float64Array(0);
  #last = 0;
  #started = false;

  constructor(edge: MelEdge = 'mirror') {
    this.#edge = edge;
  }

  /**
   * Takes the next samples, 16 kHz mono, -1..1; gives the columns that they complete.
   * @throws {OratorError} `audio/unreadable` for what is no number.
   */
  push(pcm: Float32Array): Float32Array[] {
    const emphasised = Float64Array.from(pcm, (value) => {
      const change = value - PRE_EMPHASIS * this.#last;
      this.#last = value;
      return change;
    });
    this.#append(emphasised);
    if (!this.#started && this.#sound.length <= MARGIN) return [];
    this.#start();
    return this.#columns();
  }

  /** Ends the sound: the columns whose windows reach beyond it, so that there are 1 + ⌊samples / 200⌋ in all. */
  end(): Float32Array[] {
    // A mirror needs something to show.
    if (!this.#started) this.#append(new Float64Array(Math.max(0, MARGIN + 1 - this.#sound.length)));
    this.#start();
    const { length } = this.#sound;
    this.#append(this.#beyond((i) => this.#sound[length - 2 - i]!));
    return this.#columns();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const before = this.#beyond((i) => this.#sound[MARGIN - i]!);
    const sound = this.#sound;
    this.#sound = before;
    this.#append(sound);
  }

  #beyond(mirrored: (index: number) => number): Float64Array {
    return Float64Array.from({ length: MARGIN }, (_, i) => (this.#edge === 'mirror' ? mirrored(i) : 0));
  }

  #append(more: Float64Array): void {
    const all = new Float64Array(this.#sound.length + more.length);
    all.set(this.#sound);
    all.set(more, this.#sound.length);
    this.#sound = all;
  }

  #columns(): Float32Array[] {
    const columns: Float32Array[] = [];
    let at = 0;
    for (; at + WINDOW <= this.#sound.length; at += MEL_HOP) columns.push(this.#column(at));
    this.#sound = this.#sound.slice(at);
    return columns;
  }

  #column(at: number): Float32Array {
    for (let i = 0; i < WINDOW; i++) this.#framed[i] = this.#sound[at + i]! * this.#window[i]!;
    this.#spectrum(this.#framed, this.#magnitudes);
    for (let k = 0; k < BINS; k++) this.#magnitudes[k] = Math.sqrt(this.#magnitudes[k]!);
    return Float32Array.from({ length: MEL_BANDS }, (_, band) => levelOf(this.#sum(band)));
  }

  #sum(band: number): number {
    const { first, weights } = this.#filters[band]!;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * this.#magnitudes[first + i]!;
    return sum;
  }
}

/** -100 dB and 0 dB, twenty below full scale, become -4 and 4. */
function levelOf(magnitude: number): number {
  if (!Number.isFinite(magnitude)) {
    throw new OratorError('audio/unreadable', 'The sound holds values that are no numbers. Convert it to WAV again.');
  }
  const level = 0.08 * 20 * Math.log10(Math.max(1e-5, magnitude)) + 2.4;
  return Math.min(4, Math.max(-4, level));
}

/** The bins under one band, and how much each counts. */
export interface MelFilter {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Triangles whose edges are equally far apart in Slaney's mel, each of the same area. */
export function createFilters(): readonly MelFilter[] {
  const step = (toMel(HIGHEST) - toMel(LOWEST)) / (MEL_BANDS + 1);
  const edges = Array.from({ length: MEL_BANDS + 2 }, (_, i) => toHertz(toMel(LOWEST) + i * step));
  const perBin = MEL_RATE / WINDOW;
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low, peak, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const weight = (bin: number) => {
      const hertz = bin * perBin;
      const height = Math.min((hertz - low) / (peak - low), (high - hertz) / (high - peak));
      return (Math.max(0, height) * 2) / (high - low);
    };
    const first = Math.floor(low / perBin) + 1;
    const last = Math.ceil(high / perBin) - 1;
    return { first, weights: Float64Array.from({ length: last - first + 1 }, (_, i) => weight(first + i)) };
  });
}

/** Below 1000 Hz the scale is straight, above it is logarithmic. */
const BEND = { hertz: 1000, mel: 15, perMel: Math.log(6.4) / 27 };
const toMel = (hertz: number) =>
  hertz < BEND.hertz ? (3 * hertz) / 200 : BEND.mel + Math.log(hertz / BEND.hertz) / BEND.perMel;
const toHertz = (mel: number) =>
  mel < BEND.mel ? (200 * mel) / 3 : BEND.hertz * Math.exp((mel - BEND.mel) * BEND.perMel);
