import { clamp } from '../base/maths.ts';
import { normal, randomFrom } from '../base/random.ts';
import { type Fps, frameTime, type Seconds, seconds } from '../base/units.ts';
import type { Speech } from '../speech/speech.ts';
import { TICKS_PER_SECOND, tickAt } from './clock.ts';
import { ceilingOf } from './closures.ts';
import { Coarticulation } from './coarticulation.ts';
import { closeWideEyes, EmotionLayer } from './emotion-layer.ts';
import type { EmotionCue } from './emotions.ts';
import type { Gaze } from './gaze.ts';
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
    const voice = new Voice(this.lookahead, this.index > 0);
    this.voice = voice;
    this.first = this.index;
    try {
      for await (const chunk of speech) {
        voice.push(chunk);
        while (voice.ready(tickAt(this.due)) && voice.loudness.heard > this.due) yield this.next();
      }
      voice.end();
      const { samples, rate } = voice.loudness;
      const frames = rate === 0 ? 0 : Math.ceil((samples * this.fps) / rate - 1e-9);
      while (this.index - this.first < frames) yield this.next();
    } finally {
      voice.stop(this.due);
    }
  }

  /** Frames of a face that listens, until `signal` ends it: lips that close and stay shut, all else alive. */
  async *idle(signal: AbortSignal): AsyncGenerator<MotionFrame> {
    while (!signal.aborted) yield this.next();
  }

  /** When the next frame is shown, in seconds since the voice began. */
  private get due(): number {
    return frameTime(this.index - this.first, this.fps);
  }

  private next(): MotionFrame {
    const { voice, life, emotion, due } = this;
    for (const tick = tickAt(due); voice.ticks <= tick; ) {
      voice.listen(life.cues);
      emotion.step(life.cues.now);
      life.cues.energy = emotion.energy;
      life.step();
    }
    return this.draw(due);
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
    emotion.add(pose, life.cues.engagement, speech, ceiling);
    closeWideEyes(pose);
    pose[CHANNEL_INDEX.lipGapCeiling] = ceiling;
    return { index: this.index++, at: shown, pose: quantise(Float32Array.from(pose)) };
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
