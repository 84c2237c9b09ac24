import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { hertz, seconds } from '@orator/core/base/units';
import { type LiveFrame, Performance } from '@orator/core/live/performance';
import type { Utterance } from '@orator/core/live/utterance';
import type { EmotionName } from '@orator/core/motion/emotions';
import type { MotionOptions } from '@orator/core/motion/face';
import type { Gaze } from '@orator/core/motion/gaze';
import type { HeadGesture } from '@orator/core/motion/head';
import { speechBySound } from '@orator/core/speech/by-sound';
import { createVisemeStream } from '@orator/core/speech/visemes/stream';
import type { VisemeWeights } from '@orator/core/speech/visemes/weights';
import type { SpeakOptions, Voice } from '@orator/core/speech/voice';
import type { Subject } from '../studio/subject.ts';
import type { LentBrush } from './brush-rack.ts';
import { type Clock, FrameClock } from './frame-clock.ts';
import { LiveSound } from './live-sound.ts';
import { Percentiles } from './percentiles.ts';
import type { RecordedSound } from './recorded-sound.ts';
import type { Recording } from './recording.ts';
import { type PictureFormat, SharedPicture } from './shared-picture.ts';
import { SpareTime } from './spare-time.ts';
import type { SessionEnd, Viewer } from './viewer.ts';

/** Samples per second of what is heard. */
export const SOUND_RATE = hertz(24_000);
/** Sound that comes while it is heard is looked ahead this far, s: what a closure's approach needs at least. */
const LIVE_LOOKAHEAD = seconds(0.04);
/** A microphone is heard so long after it came at most: what is more is made up for in its silences, ms. */
const MOST_LATE_MS = 200;
/** Pictures in work at a time: one that is drawn and one that waits. What comes on top is left out. */
const MOST_PENDING = 2;
/** A frame waits so long for a microphone's sound at most, ms; without it the mouth stays as it is. */
const MOST_AWAITED_MS = 40;
/** Frames over which the rate is measured. */
const MEASURED = 50;

/** Where a session is in its life. */
export type SessionState = 'ready' | 'streaming' | 'completed' | 'error';

/** What a session is made of. */
export interface SessionParts {
  readonly id: string;
  /** Whose it is. */
  readonly owner: string;
  readonly subject: Subject;
  readonly motion: MotionOptions;
  readonly voice: SpeakOptions;
  readonly voices: Voice;
  /** Whether the clock waits for pictures that are late, so that none is missing; otherwise they are left out, and counted. */
  readonly waits: boolean;
  readonly weights: VisemeWeights;
  /** Opens what paints; asked for when somebody wants pictures. */
  readonly openBrush: () => LentBrush;
  /** Told once, when it is over. */
  readonly onEnd: () => void;
  /** What calls `tick` so many times a second; a `FrameClock` when left out. */
  readonly openClock?: (fps: number, tick: () => boolean) => Clock;
}

/** One face that lives: it says what it is given, on a clock, to everybody who watches. */
export class LiveSession {
  readonly id: string;
  readonly owner: string;
  readonly createdAt = new Date();
  readonly subject: Subject;
  readonly fps: number;
  /** From the arrival of a sound to its frame, ms. */
  readonly latencies = new Percentiles();
  /** When somebody last did something with it, ms since 1970. */
  lastActivity = Date.now();
  frames = 0;
  /** Pictures that were left out because drawing could not keep up. */
  dropped = 0;
  /** How late the last frame of a microphone was, ms. */
  #lateMs = 0;
  readonly #spare = new SpareTime();
  /** Since when a frame waits for sound, ms. */
  #awaited: number | undefined;
  /** What records it now. */
  recording: Recording | undefined;
  readonly #parts: SessionParts;
  readonly #performance: Performance;
  readonly #clock: Clock;
  readonly #viewers = new Set<Viewer>();
  readonly #ending = new AbortController();
  readonly #times: number[] = [];
  readonly #showing = new Set<Promise<void>>();
  #speaking = new AbortController();
  #brush: LentBrush | undefined;
  /** What is heard now, and its utterance. */
  #sound: LiveSound | undefined;
  #heard = '';
  #ended: SessionEnd | undefined;
  /** Whether something was said in the last frame. */
  #busy = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.owner = parts.owner;
    this.subject = parts.subject;
    this.fps = parts.motion.fps;
    this.#performance = new Performance({ ...parts.motion, rate: SOUND_RATE });
    const { openClock = (fps, tick) => new FrameClock(fps, tick) } = parts;
    this.#clock = openClock(this.fps, () => this.#tick());
  }

  get state(): SessionState {
    if (this.#ended) return this.#ended.type === 'failed' ? 'error' : 'completed';
    return this.#busy ? 'streaming' : 'ready';
  }

  /** Whether something is being said or waits to be. */
  get isBusy(): boolean {
    return this.#busy || this.#performance.isBusy;
  }

  /** The voice that says its texts, unless one is asked for another. */
  get voice(): string {
    return this.#parts.voice.voice;
  }

  get generation(): number {
    return this.#performance.generation;
  }

  get waiting(): number {
    return this.#performance.waiting;
  }

  /** Frames of a microphone's silence that were left out to make up for sound that came late. */
  get skipped(): number {
    return this.#performance.skipped;
  }

  /** Those who watch it; who only looks on does not count. */
  get viewers(): number {
    return [...this.#viewers].filter(({ isAside }) => !isAside).length;
  }

  /** Frames per second of late. */
  get rate(): number {
    const [first, last] = [this.#times[0], this.#times.at(-1)];
    if (first === undefined || last === undefined || last <= first) return 0;
    return Math.round(((this.#times.length - 1) * 10_000) / (last - first)) / 10;
  }

  /** Lets somebody watch until the handle is disposed. @throws {OratorError} `session/unknown` when it is over. */
  watch(viewer: Viewer): Disposable {
    this.#require();
    this.#viewers.add(viewer);
    this.touch();
    return {
      [Symbol.dispose]: () => {
        this.#viewers.delete(viewer);
        this.touch();
      },
    };
  }

  /** Somebody is there. */
  touch(): void {
    this.lastActivity = Date.now();
  }

  /**
   * Has a voice say a text, after all that waits; gives the utterance's id.
   * @throws {OratorError} `text/unspeakable`, `voice/unknown`, `limit/reached` when too much waits, `session/unknown`.
   */
  async say(text: string, options: Partial<SpeakOptions> = {}): Promise<string> {
    this.#require();
    this.touch();
    const { voices, voice } = this.#parts;
    const spoken = { ...voice, ...options };
    const { signal } = this.#speaking;
    await voices.check(text, spoken);
    const stop = AbortSignal.any([signal, this.#ending.signal]);
    stop.throwIfAborted(); // interrupted meanwhile
    return this.#add({ speech: voices.speak(text, spoken, stop) });
  }

  /** Takes in sound that is said while it comes, 16-bit range -1..1 at `rate` Hz. @throws {OratorError} `limit/reached`, `session/unknown`. */
  hear(pcm: Float32Array, rate = 16_000): void {
    this.#require();
    this.touch();
    if (!this.#sound || this.#sound.isEnded || this.#sound.rate !== rate) {
      this.#sound?.end();
      this.#sound = new LiveSound(rate);
      const speech = speechBySound(this.#sound.chunks(), createVisemeStream(this.#parts.weights));
      this.#heard = this.#add({ speech, isLive: true, lookahead: LIVE_LOOKAHEAD });
    }
    this.#sound.push(pcm);
    if (this.#sound.isPaced) setImmediate(() => this.#noteReady()); // when its visemes are known
  }

  /** Says a recording, after all that waits; gives the utterance's id. @throws {OratorError} `limit/reached`, `session/unknown`. */
  play(sound: RecordedSound): string {
    this.#require();
    this.touch();
    const speech = speechBySound(sound.chunks(), createVisemeStream(this.#parts.weights));
    return this.#add({ speech, discard: () => void sound[Symbol.asyncDispose]() });
  }

  /** The sound that came is all of it. */
  endSound(): void {
    this.#sound?.end();
    this.#sound = undefined;
  }

  /** Falls silent at once and forgets what waits. */
  interrupt(): void {
    this.#require();
    this.touch();
    this.#speaking.abort();
    this.#speaking = new AbortController();
    this.endSound();
    this.#performance.interrupt();
    if (this.#busy) this.#clock.hurry(Number.POSITIVE_INFINITY); // to be seen at once
    this.#busy = false;
  }

  /** Forgets one utterance, heard or not; all others stay. */
  withdraw(utterance: string): void {
    this.#require();
    this.touch();
    this.#performance.withdraw(utterance);
  }

  feel(emotion: EmotionName, intensity: number): void {
    this.touch();
    this.#performance.feel(emotion, intensity);
  }

  look(gaze: Gaze): void {
    this.touch();
    this.#performance.look(gaze);
  }

  /** Nods or shakes the head. */
  gesture(kind: HeadGesture): void {
    this.touch();
    this.#performance.gesture(kind);
  }

  /** Ends it when all that waits has been said and shown. */
  async finish(): Promise<void> {
    this.#require();
    this.endSound();
    if (this.isBusy) {
      const { promise, resolve } = Promise.withResolvers<void>();
      using _watching = this.watch({ frame: () => this.isBusy || resolve(), ended: () => resolve() });
      await promise;
    }
    await Promise.all(this.#showing);
    this.end({ type: 'completed' });
  }

  /** Ends it. Once more does nothing. */
  end(reason: SessionEnd): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#clock[Symbol.dispose]();
    this.#ending.abort();
    this.endSound();
    this.#performance.interrupt();
    this.#brush?.[Symbol.dispose]();
    for (const viewer of this.#viewers) viewer.ended(reason);
    this.#viewers.clear();
    this.#parts.onEnd();
  }

  #add(utterance: Omit<Utterance, 'id'>): string {
    const id = randomUUID();
    if (this.#performance.say({ ...utterance, id })) return id;
    throw new OratorError('limit/reached', 'Too much waits to be said. Wait until some of it was, or interrupt.');
  }

  #require(): void {
    if (this.#ended) throw new OratorError('session/unknown', 'This session is over. Start a new one.');
  }

  /** Makes the next frame, unless it is too soon for it. */
  #tick(): boolean {
    if (this.#parts.waits && this.#showing.size >= MOST_PENDING) return true;
    try {
      if (this.#awaitsSound()) return false;
      const frame = this.#performance.next(this.#isLate);
      this.#busy = frame.speaking;
      this.frames++;
      this.#times.push(performance.now());
      if (this.#times.length > MEASURED) this.#times.shift();
      this.#measure(frame);
      this.#forgetSound(frame);
      for (const viewer of this.#viewers) viewer.frame(frame);
      this.#paint(frame);
    } catch (error) {
      this.end({ type: 'failed', error });
    }
    return true;
  }

  /** Whether the clock follows a microphone: its frames come as soon as all of its sound is there in time. */
  get #followsSound(): boolean {
    return !this.#parts.waits && this.#sound?.isPaced === true;
  }

  /** Whether a microphone's sound for the next frame is worth a moment's wait. One that stays away is waited for once. */
  #awaitsSound(): boolean {
    if (!this.#performance.isShort || !this.#followsSound) {
      this.#awaited = undefined;
      return false;
    }
    const now = performance.now();
    this.#awaited ??= now;
    return now - this.#awaited < MOST_AWAITED_MS;
  }

  /** Notes when all was there for the next frame of a microphone. */
  #noteReady(): void {
    if (this.#performance.isReady) this.#spare.ready(performance.now());
  }

  /** Whether a microphone is heard later than it need be. A session that waits for its viewers leaves nothing out. */
  get #isLate(): boolean {
    return this.#lateMs > MOST_LATE_MS && this.#followsSound;
  }

  /** Measures how long ago the sound came that is heard now, and has the clock follow a microphone. */
  #measure({ position, utterance }: LiveFrame): void {
    const sound = utterance === this.#heard ? this.#sound : undefined;
    const arrived = position === null ? undefined : sound?.arrivalOf(position);
    const now = performance.now();
    this.#lateMs = arrived === undefined ? 0 : now - arrived;
    if (position === null || !sound || arrived === undefined) {
      this.#spare.clear();
      return;
    }
    this.latencies.add(this.#lateMs);
    if (!this.#followsSound) return;
    const sooner = this.#spare.taken(now);
    if (sooner > 0) this.#clock.hurry(sooner);
    this.#noteReady(); // so much may have come at once
  }

  /** A microphone whose utterance has ended for want of sound begins another one with the next. */
  #forgetSound({ events }: LiveFrame): void {
    if (events.some((event) => event.type === 'ended' && event.utterance === this.#heard)) this.endSound();
  }

  #paint(frame: LiveFrame): void {
    const who = [...this.#viewers].filter((viewer) => viewer.wants?.(frame));
    if (who.length === 0) return;
    this.#brush ??= this.#parts.openBrush();
    if (this.#showing.size >= MOST_PENDING) {
      this.dropped++;
      return;
    }
    const showing = this.#show(this.#brush, frame, who).catch((error: unknown) => this.end({ type: 'failed', error }));
    this.#showing.add(showing);
    void showing.then(() => this.#showing.delete(showing));
  }

  async #show(brush: LentBrush, frame: LiveFrame, who: readonly Viewer[]): Promise<void> {
    const jpeg = sameJpeg(who);
    const { pixels, giveBack } = await brush.paint(frame.pose, jpeg ? { jpeg: jpeg.quality } : 'rgba');
    const isCurrent = frame.generation === this.generation && !this.#ended;
    if (isCurrent) {
      const { still } = this.subject;
      const picture = jpeg ? SharedPicture.encoded(pixels, jpeg, still) : new SharedPicture(pixels, still);
      await Promise.allSettled(who.map((viewer) => viewer.picture?.(frame, picture)));
    }
    giveBack();
  }
}

/** What all of them take, where that is a JPEG that a painting thread makes; nothing where it takes the pixels. */
function sameJpeg(viewers: readonly Viewer[]): PictureFormat | undefined {
  const [first] = viewers.map(({ format }) => format);
  const isSame = ({ format }: Viewer) =>
    format?.format === 'jpeg' && !format.chroma && format.quality === first?.quality;
  return viewers.every(isSame) ? first : undefined;
}
