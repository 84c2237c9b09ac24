import { type Hertz, type Seconds, seconds } from '../base/units.ts';
import type { EmotionName } from '../motion/emotions.ts';
import { Face, type MotionOptions } from '../motion/face.ts';
import type { Gaze } from '../motion/gaze.ts';
import type { HeadGesture } from '../motion/head.ts';
import type { MotionFrame } from '../motion/pose.ts';
import type { SpeechMark, VisemeSpan } from '../speech/speech.ts';
import { SoundLine } from './sound-line.ts';
import { type Utterance, UtteranceReader } from './utterance.ts';

/** News of what is said. Times are on the clock of the performance, in seconds. */
export type LiveEvent =
  | { readonly type: 'began'; readonly utterance: string; readonly at: Seconds }
  | { readonly type: 'mark'; readonly utterance: string; readonly mark: SpeechMark }
  | { readonly type: 'viseme'; readonly utterance: string; readonly span: VisemeSpan }
  | {
      readonly type: 'ended';
      readonly utterance: string;
      readonly at: Seconds;
      readonly how: 'said' | 'interrupted' | 'failed';
      readonly error?: unknown;
    };

/** What is heard while a frame is shown, before that frame is there. */
export interface SoundAhead {
  /** At the rate of the performance, -1..1; as of a frame. */
  readonly pcm: Float32Array;
  /** Whether it is part of an utterance; otherwise it is silence. */
  readonly isHeard: boolean;
}

/** One frame of a live performance with all that belongs to its time. */
export interface LiveFrame extends MotionFrame {
  /** The sound while this frame is shown, at the rate of the performance, -1..1; frames may share it, so nobody writes to it. */
  readonly pcm: Float32Array;
  /** The sound of the next frame, which holds unless an interruption comes between: whoever plays sound later than pictures has it sooner. */
  readonly ahead: SoundAhead;
  /** Goes up with each interruption: whatever carries an older one is not to be shown or heard any more. */
  readonly generation: number;
  /** Whether something is being said. */
  readonly speaking: boolean;
  /** Which part of an utterance is heard, s from its beginning; null where nothing is: in silence, and where sound is late. */
  readonly position: Seconds | null;
  /** What is being said, or waited for. */
  readonly utterance: string | null;
  readonly events: readonly LiveEvent[];
}

/** What a performance is made with. */
export interface PerformanceOptions extends MotionOptions {
  /** Of the sound that is heard. */
  readonly rate: Hertz;
}

/** A microphone that has been silent for so many frames has ended its utterance. */
const PATIENCE = 8;
/** Frames between two utterances: a breath. */
const PAUSE = 4;
/** What is below this is silence to a listener: -46 dB. */
const QUIET = 0.005;
/** When so much sound is held, s, and the mouth is known, no more is taken: the reader keeps what comes, and its source waits. */
const HELD = 2;
/** Utterances that may wait. */
const MOST_WAITING = 64;

/**
 * A face that lives and says what it is given, in turn: frame by frame, each with its sound, for whoever has a clock. The sound is the
 * clock of what is said: a frame never shows what is not heard, and where sound is late the mouth waits with it.
 */
export class Performance {
  readonly fps: number;
  readonly rate: Hertz;
  readonly #face: Face;
  readonly #sound: SoundLine;
  readonly #waiting: UtteranceReader[] = [];
  #current: UtteranceReader | undefined;
  #generation = 0;
  #index = 0;
  #begun = false;
  #finished = false;
  #starved = 0;
  #pause = 0;
  /** The sound of the next frame, where something is said then. */
  #promised: Float32Array | undefined;
  /** Frames of a microphone's silence that were left out. */
  skipped = 0;
  #events: LiveEvent[] = [];
  /** The sound of a frame in which nothing is heard; the same one each time, for most frames are such. */
  #silent = new Float32Array(0);
  #marks: SpeechMark[] = [];
  #spans: VisemeSpan[] = [];

  constructor(options: PerformanceOptions) {
    this.fps = options.fps;
    this.rate = options.rate;
    this.#face = new Face(options);
    this.#sound = new SoundLine(options.rate);
  }

  /** Puts something at the end of what is to be said; false when too much waits already. */
  say(utterance: Utterance): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(new UtteranceReader(utterance));
    this.#waiting[0]!.read(); // that of the next one is ready in time, and those behind it cost nothing yet
    return true;
  }

  /** Falls silent with the next frame, and forgets all that was to be said. */
  interrupt(): void {
    this.#generation++;
    const at = this.#now;
    for (const reader of [...(this.#current ? [this.#current] : []), ...this.#waiting]) {
      reader.stop();
      this.#events.push({ type: 'ended', utterance: reader.utterance.id, at, how: 'interrupted' });
    }
    this.#waiting.length = 0;
    if (this.#current) this.#silence(true);
    this.#pause = 0;
  }

  /** Forgets one utterance; if it is the one that is heard, falls silent with the next frame, and the next one has its turn. */
  withdraw(id: string): void {
    const waiting = this.#waiting.findIndex(({ utterance }) => utterance.id === id);
    const reader = this.#current?.utterance.id === id ? this.#current : this.#waiting[waiting];
    if (!reader) return;
    reader.stop();
    this.#events.push({ type: 'ended', utterance: id, at: this.#now, how: 'interrupted' });
    if (reader !== this.#current) {
      this.#waiting.splice(waiting, 1);
      return;
    }
    this.#generation++;
    this.#silence(true);
    this.#pause = PAUSE;
  }

  /** Eases into another emotion from now on; `intensity` 0..1. */
  feel(emotion: EmotionName, intensity: number): void {
    this.#face.feel(emotion, intensity);
  }

  /** Looks elsewhere from now on. */
  look(gaze: Gaze): void {
    this.#face.look(gaze);
  }

  /** Nods or shakes its head, from now on. */
  gesture(kind: HeadGesture): void {
    this.#face.gesture(kind);
  }

  /** Whether something is still to be said. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#waiting.length > 0;
  }

  /** How many utterances wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Whether all is there for the next frame of what is being said, and the sound of the one after it. */
  get isReady(): boolean {
    if (!this.#promised) return false;
    if (this.#current) this.#feed(this.#current);
    return this.#finished || (this.#face.ready && this.#sound.length >= this.#samplesOf(this.#index + 1));
  }

  /** Whether a microphone is heard of which too little has come for the next frame. */
  get isShort(): boolean {
    return this.#current?.utterance.isLive === true && this.#promised !== undefined && !this.isReady;
  }

  /**
   * The next frame. Whoever shows it does so 1 / fps after the one before. `isLate`: sound is heard later than it need be; then a frame of a
   * microphone's silence is left out after this one, where another one follows it: so that it is made up for, and nothing is missed.
   */
  next(isLate = false): LiveFrame {
    if (this.#index === 0) this.#prepare(false); // the first frame has none before it
    const frame = this.#complete();
    this.#prepare(isLate);
    const pcm = this.#promised ?? this.#silenceOf(this.#samplesOf(this.#index));
    return { ...frame, ahead: { pcm, isHeard: this.#promised !== undefined } };
  }

  #complete(): Omit<LiveFrame, 'ahead'> {
    const reader = this.#current;
    if (reader && this.#begun) this.#feed(reader);
    const pcm = this.#promised ?? this.#silenceOf(this.#samplesOf(this.#index));
    const position = this.#promised ? seconds(this.#face.due) : null;
    if (reader && this.#promised) this.#tell(reader.utterance.id);
    const isWaiting = this.#begun && !this.#promised;
    if (isWaiting && reader?.utterance.isLive && ++this.#starved > PATIENCE) reader.stop();
    const { pose, at } = isWaiting ? this.#face.wait() : this.#face.next();
    const [events, utterance] = [this.#events, reader?.utterance.id ?? null];
    this.#events = [];
    const index = this.#index++;
    return { index, at, pose, pcm, generation: this.#generation, speaking: this.#begun, position, utterance, events };
  }

  /** Settles what is heard while the next frame is shown. */
  #prepare(isLate: boolean): void {
    this.#promised = undefined;
    const reader = this.#turn();
    if (!reader) return;
    this.#feed(reader);
    if (isLate) this.#skipSilence(reader);
    if (this.#canSpeak(reader)) this.#promised = this.#sound.take(this.#samplesOf(this.#index));
  }

  #skipSilence({ utterance }: UtteranceReader): void {
    if (!utterance.isLive || !this.#begun || this.#finished || !this.#face.ready) return;
    const samples = this.#samplesOf(this.#index);
    if (this.#sound.length < 2 * samples || this.#sound.peak(2 * samples) > QUIET) return;
    this.#tell(utterance.id);
    this.#face.next();
    this.#sound.take(samples);
    this.skipped++;
  }

  /**
   * Whether the next frame is one of what is said: its sound is there, and how the mouth looks is known. Of a microphone that is known when
   * the frame is due, if its sound comes as it came so far.
   */
  #canSpeak({ utterance }: UtteranceReader): boolean {
    if (this.#finished) return !this.#face.over;
    if (!this.#begun || this.#sound.length < this.#samplesOf(this.#index)) return false;
    return this.#face.readyIn(utterance.isLive ? seconds(1 / this.fps) : seconds(0));
  }

  /** Who speaks now: goes on to the next one when one is over. */
  #turn(): UtteranceReader | undefined {
    const current = this.#current;
    if (current && this.#finished && this.#face.over) {
      const { error, utterance } = current;
      const how = error === undefined ? 'said' : 'failed';
      this.#events.push({ type: 'ended', utterance: utterance.id, at: this.#now, how, error });
      this.#silence();
      this.#pause = PAUSE;
    }
    if (!this.#current && this.#pause > 0) this.#pause--;
    else if (!this.#current) {
      this.#current = this.#waiting.shift();
      this.#waiting[0]?.read();
    }
    return this.#current;
  }

  /** Gives the face and the line what has come of an utterance. */
  #feed(reader: UtteranceReader): void {
    while (this.#sound.length < HELD * this.rate || !this.#face.ready) {
      const chunk = reader.take();
      if (!chunk) break;
      if (!this.#begun) {
        this.#begun = true;
        this.#face.begin(reader.utterance.lookahead);
        this.#events.push({ type: 'began', utterance: reader.utterance.id, at: this.#now });
      }
      this.#face.hear(chunk);
      this.#sound.push(chunk.audio);
      this.#marks.push(...chunk.marks);
      this.#spans.push(...chunk.spans);
      this.#starved = 0;
    }
    if (!reader.isOver || this.#finished) return;
    if (!this.#begun) this.#face.begin(); // nothing was said at all
    this.#begun = this.#finished = true;
    this.#face.finish();
    this.#sound.end();
  }

  /** Tells of the words and visemes that begin while the next frame is shown. */
  #tell(utterance: string): void {
    const { due } = this.#face;
    const shift = this.#now - due;
    const moved = <T extends { readonly start: Seconds; readonly end: Seconds }>(it: T): T => ({
      ...it,
      start: seconds(it.start + shift),
      end: seconds(it.end + shift),
    });
    const end = due + 1 / this.fps;
    while (this.#marks.length > 0 && this.#marks[0]!.start < end) {
      this.#events.push({ type: 'mark', utterance, mark: moved(this.#marks.shift()!) });
    }
    while (this.#spans.length > 0 && this.#spans[0]!.start < end) {
      this.#events.push({ type: 'viseme', utterance, span: moved(this.#spans.shift()!) });
    }
  }

  #silenceOf(samples: number): Float32Array {
    if (this.#silent.length !== samples) this.#silent = new Float32Array(samples);
    return this.#silent;
  }

  #silence(quickly = false): void {
    this.#face.hush(quickly);
    this.#sound.clear();
    this.#promised = undefined;
    this.#marks = [];
    this.#spans = [];
    this.#current = undefined;
    this.#begun = this.#finished = false;
    this.#starved = 0;
  }

  get #now(): Seconds {
    return seconds(this.#index / this.fps);
  }

  /** Samples of a frame, so that no rounding adds up. */
  #samplesOf(index: number): number {
    return Math.round(((index + 1) * this.rate) / this.fps) - Math.round((index * this.rate) / this.fps);
  }
}
