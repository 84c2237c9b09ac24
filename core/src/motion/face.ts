import { clamp } from '../base/maths.ts';
import { normal, randomFrom } from '../base/random.ts';
import { type Fps, frameTime, type Seconds, seconds } from '../base/units.ts';
import type { Speech, SpeechChunk } from '../speech/speech.ts';
import { TICKS_PER_SECOND, tickAt } from './clock.ts';
import { ceilingOf } from './closures.ts';
import { Coarticulation } from './coarticulation.ts';
import { closeWideEyes, EmotionLayer } from './emotion-layer.ts';
import type { EmotionCue, EmotionName } from './emotions.ts';
import type { Gaze } from './gaze.ts';
import type { HeadGesture } from './head.ts';
import { Life } from './life.ts';
import { CHANNEL_INDEX, CHANNELS, type MotionFrame, quantise, SHAPES } from './pose.ts';
import { Voice } from './voice.ts';

/** How a face moves; all but `fps` have a default. */
export interface MotionOptions {
  readonly fps: Fps;
  /** The same speech and seed give the same bytes. */
  readonly seed?: number;
  /** In order of time. */
  readonly emotions?: readonly EmotionCue[];
  /** 0 = still … 1 = presenter … 2 = very lively. */
  readonly headMotion?: number;
  readonly gaze?: Gaze;
  /** 1 = about 17 a minute, 0 = never; `false` and `true` mean the same. */
  readonly blink?: number | boolean;
  /** How far speech is looked ahead, 0..1 s; less is quicker and lets the lips anticipate less. */
  readonly lookahead?: Seconds;
}

const LOOKAHEAD = 0.25; // s: the longest anticipation of a vowel's rounding and of a closure's approach
const LEAD = 0.018; // s by which the shape of the lips is ahead of the sound, as real ones are
const CONTACT_LEAD = 0.004; // s for contacts: they are seen from half a frame early already, and more would show as lips shut too soon
const QUICK = 0.03; // s by which the mouth of who is interrupted is ahead of its own silence
const UNEVEN = 0.08; // standard deviation of one side of the mouth against the other

/** A face that lives: it speaks, listens and speaks again, and never jumps between them. */
export class Face {
  private readonly fps: Fps;
  private readonly lookahead: Seconds;
  private readonly life: Life;
  private readonly emotion: EmotionLayer;
  private readonly coarticulation = new Coarticulation();
  private readonly pose = new Float64Array(CHANNELS.length);
  private readonly sides: Float64Array;
  private index = 0;
  /** What the face says or has said last, and the frame it began with. */
  private voice: Voice;
  private first = 0;

  constructor(options: MotionOptions) {
    const { fps, seed = 1, headMotion = 1, gaze = 'natural', blink = 1, emotions = [] } = options;
    this.fps = fps;
    this.lookahead = options.lookahead ?? seconds(LOOKAHEAD);
    this.life = new Life({ seed, headMotion, gaze, blink: Number(blink), frame: 1 / fps });
    this.emotion = new EmotionLayer(emotions);
    this.sides = unevenSides(seed);
    this.voice = new Voice(0, true);
    this.voice.end();
  }

  /**
   * Frames for a whole speech: as many as cover its sound. Each comes as soon as all it may look at is known. A reader that leaves early
   * cuts the speech off there.
   */
  async *speak(speech: Speech): AsyncGenerator<MotionFrame> {
    this.begin();
    try {
      for await (const chunk of speech) {
        this.hear(chunk);
        while (this.ready) yield this.next();
      }
      this.finish();
      while (!this.over) yield this.next();
    } finally {
      this.hush();
    }
  }

  /** Frames of a face that listens, until `signal` ends it: lips that close and stay shut, all else alive. */
  async *idle(signal: AbortSignal): AsyncGenerator<MotionFrame> {
    while (!signal.aborted) yield this.next();
  }

  /** Begins to say something with the next frame; `lookahead` as in the options. */
  begin(lookahead = this.lookahead): void {
    this.voice = new Voice(lookahead, this.index > 0);
    this.first = this.index;
  }

  /** Takes in more of what is said. */
  hear(chunk: SpeechChunk): void {
    this.voice.push(chunk);
  }

  /** Whether there is sound for the next frame, and all is known that it may look at. */
  get ready(): boolean {
    return this.readyIn(seconds(0));
  }

  /** Whether that will be so when so much more has been heard. */
  readyIn(more: Seconds): boolean {
    return this.voice.ready(tickAt(this.due - more)) && this.voice.loudness.heard > this.due;
  }

  /** Nothing more will be said. */
  finish(): void {
    this.voice.end();
  }

  /** Whether the frames so far cover all the sound that was heard. */
  get over(): boolean {
    const { samples, rate } = this.voice.loudness;
    const frames = rate === 0 ? 0 : Math.ceil((samples * this.fps) / rate - 1e-9);
    return this.index - this.first >= frames;
  }

  /** Falls silent now, whatever was still to be said; `quickly` shuts the mouth within two frames, where speech that ends takes three. */
  hush(quickly = false): void {
    this.voice.stop(quickly ? this.due - QUICK : this.due);
  }

  /** Eases into another emotion, from now on. */
  feel(emotion: EmotionName, intensity: number): void {
    this.emotion.add({ emotion, intensity, at: frameTime(Math.max(1, this.index), this.fps) });
  }

  /** Looks elsewhere from now on. */
  look(gaze: Gaze): void {
    this.life.look(gaze);
  }

  /** Nods or shakes its head, from now on. */
  gesture(kind: HeadGesture): void {
    this.life.gesture(kind);
  }

  /** When the next frame is shown, in seconds of what is said. */
  get due(): number {
    return frameTime(this.index - this.first, this.fps);
  }

  /** The next frame: of what is said, or of a face that listens once that is over. */
  next(): MotionFrame {
    const { voice, life, due } = this;
    for (const tick = tickAt(due); voice.ticks <= tick; ) {
      voice.listen(life.cues);
      this.live();
    }
    return this.draw(due);
  }

  /** A frame in which the voice waits for what comes next: the mouth stays as it is, all else lives on. */
  wait(): MotionFrame {
    const shown = frameTime(this.index, this.fps);
    for (let tick = tickAt(shown); tick < tickAt(shown + 1 / this.fps); tick++) this.live();
    const frame = this.draw(this.due);
    this.first++;
    return frame;
  }

  private live(): void {
    const { emotion, life } = this;
    emotion.step(life.cues.now);
    life.cues.energy = emotion.energy;
    life.step();
  }

  private draw(at: number): MotionFrame {
    const { pose, emotion, life, voice } = this;
    const { runs } = voice.visemes;
    const shown = frameTime(this.index, this.fps);
    const half = 0.5 / this.fps;
    pose.fill(0);
    const speech = this.coarticulation.add(runs, at + LEAD, voice.loudness, pose);
    const ceiling = ceilingOf(runs, at + CONTACT_LEAD - half, at + CONTACT_LEAD + half);
    emotion.step(shown);
    pose[CHANNEL_INDEX.jawOpen]! *= emotion.articulation;
    for (let channel = 0; channel < SHAPES.length; channel++) pose[channel]! *= this.sides[channel]!;
    life.add(at * TICKS_PER_SECOND - tickAt(at), pose);
    emotion.show(pose, life.cues.engagement, speech, ceiling);
    closeWideEyes(pose);
    pose[CHANNEL_INDEX.lipGapCeiling] = ceiling;
    return { index: this.index++, at: shown, pose: quantise(new Float32Array(pose)) };
  }
}

/** No face is even: the sides of each mouth shape differ by a few percent, for good. */
function unevenSides(seed: number): Float64Array {
  const random = randomFrom(seed, 'sides');
  const sides = new Float64Array(SHAPES.length).fill(1);
  for (const shape of SHAPES) {
    if (!shape.startsWith('mouth') || !shape.endsWith('Left')) continue;
    const lean = clamp(UNEVEN * normal(random), -2 * UNEVEN, 2 * UNEVEN);
    sides[CHANNEL_INDEX[shape]] = 1 + lean;
    const right = shape.replace('Left', 'Right') as keyof typeof CHANNEL_INDEX;
    if (right in CHANNEL_INDEX) sides[CHANNEL_INDEX[right]] = 1 - lean;
  }
  return sides;
}
