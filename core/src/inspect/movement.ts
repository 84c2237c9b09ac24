import { FACE_RATE, type FaceSeries } from './face-series.ts';
import {
  countPeaks,
  deviation,
  mean,
  powerShareAbove,
  quantile,
  runs,
  type Series,
  select,
  speedOf,
} from './signal.ts';
import { SOUND_RATE } from './sound-series.ts';

/** How a mouth moves while its owner speaks, in eye distances. */
export interface MouthMovement {
  readonly openingDeviation: number;
  /** From the 5th to the 95th percentile. */
  readonly openingRange: number;
  /** Mean, per second. */
  readonly openingSpeed: number;
  readonly openingsPerSecond: number;
  readonly widthDeviation: number;
  /** Share of the opening's power above 8 Hz, 0..1. */
  readonly trembling: number;
}

/** Smaller rises are the noise of the landmarks: 0.01 eye distances are half a pixel of a 512² clip. */
const PEAK = 0.01;
/** Nobody opens and shuts the mouth faster. */
const FASTEST = 8;

/** Reads how the mouth moves; `speaking` holds one value per step of the face. */
export function measureMouth(face: FaceSeries, speaking: Uint8Array): MouthMovement {
  const opening = select(face.opening, speaking);
  return {
    openingDeviation: deviation(opening),
    openingRange: quantile(opening, 0.95) - quantile(opening, 0.05),
    openingSpeed: mean(select(speedOf(face.opening, FACE_RATE).map(Math.abs), speaking)),
    openingsPerSecond: opening.length > 0 ? (countPeaks(opening, PEAK) / opening.length) * FACE_RATE : 0,
    widthDeviation: deviation(select(face.width, speaking)),
    trembling: powerShareAbove(face.opening, FACE_RATE, FASTEST),
  };
}

/** How a head lives: degrees, degrees per second, eye distances. */
export interface HeadMovement {
  /** Standard deviation over the three axes together. */
  readonly headRotation: number;
  /** Mean. */
  readonly headSpeed: number;
  /** Mean second difference from frame to frame. */
  readonly headJitter: number;
  readonly blinksPerMinute: number;
  readonly browDeviation: number;
}

/** Reads how head, lids and brows move. */
export function measureHead(face: FaceSeries): HeadMovement {
  const axes = [face.yaw, face.pitch, face.roll];
  const speeds = axes.map((axis) => speedOf(axis, FACE_RATE));
  const steps = face.yaw.length;
  const speed = Float64Array.from({ length: steps }, (_, i) => Math.hypot(...speeds.map((axis) => axis[i]!)));
  const jitter = Float64Array.from({ length: Math.max(0, steps - 2) }, (_, i) =>
    Math.hypot(...axes.map((axis) => axis[i + 2]! - 2 * axis[i + 1]! + axis[i]!)),
  );
  return {
    headRotation: Math.hypot(...axes.map(deviation)),
    headSpeed: mean(speed),
    headJitter: mean(jitter),
    blinksPerMinute: (countBlinks(face.lids) / steps) * FACE_RATE * 60,
    browDeviation: deviation(face.brow),
  };
}

/**
 * The lids' gap in a blink, as a share of what it was around it: the landmarks never show lids quite shut, and least of all deep-set
 * eyes. At this share 20 sentences of a calm reader and two lively speakers read the blinks that were counted in them.
 */
const BLINK = 0.78;
/** Longer is looking down, or sleep; shorter is landmark noise. */
const LONGEST_BLINK = 0.6;
const SHORTEST_BLINK = 0.06;
/** How far around a moment the eyes tell how open they are, in seconds. */
const AROUND_BLINK = 0.6;

function countBlinks(lids: Series): number {
  const reach = AROUND_BLINK * FACE_RATE;
  const low = Uint8Array.from(lids, (gap, i) =>
    gap < BLINK * quantile(lids.subarray(Math.max(0, i - reach), i + reach + 1), 0.6) ? 1 : 0,
  );
  return runs(low).filter(
    ([from, to]) => to - from <= LONGEST_BLINK * FACE_RATE && to - from >= SHORTEST_BLINK * FACE_RATE,
  ).length;
}

/** What the mouth does where nobody speaks. */
export interface SilentMouth {
  /** Mean speed of the opening in silence over that in speech. */
  readonly silenceSpeed: number;
  /** Share of the frames in silence in which the opening moves. */
  readonly silenceMoving: number;
  /** Median opening in silence, in eye distances. */
  readonly silenceOpening: number;
}

/** Silence begins and ends with lips that come from a word or go to one. */
const SILENCE_EDGE = 0.12;
/** Slower is landmark noise, in eye distances per second. */
const MOVING = 0.15;

/** Reads the mouth in silence, 120 ms from each end; `null` where the clip has less than 0.2 s of that, or no speech. */
export function measureSilence(face: FaceSeries, speaking: Uint8Array): SilentMouth | null {
  const edge = Math.round(SILENCE_EDGE * FACE_RATE);
  const quiet = new Uint8Array(speaking.length);
  for (const [from, to] of runs(speaking.map((value) => 1 - value))) {
    if (to - edge > from + edge) quiet.fill(1, from + edge, to - edge);
  }
  const speed = speedOf(face.opening, FACE_RATE).map(Math.abs);
  const still = select(speed, quiet);
  const spoken = mean(select(speed, speaking));
  if (still.length < 0.2 * FACE_RATE || spoken === 0) return null;
  return {
    silenceSpeed: mean(still) / spoken,
    silenceMoving: still.filter((value) => value > MOVING).length / still.length,
    silenceOpening: quantile(select(face.opening, quiet), 0.5),
  };
}

/** The speech mask on the steps of the face: spoken when most of the step's sound is. Past the end of the sound there is silence. */
export function speakingOnFace(speaking: Uint8Array, steps: number): Uint8Array {
  const per = SOUND_RATE / FACE_RATE;
  return Uint8Array.from({ length: steps }, (_, i) => {
    let spoken = 0;
    for (let k = 0; k < per; k++) spoken += speaking[i * per + k] ?? 0;
    return 2 * spoken > per ? 1 : 0;
  });
}

/** A stretch of time in which the lips should meet, in seconds. */
export interface Closure {
  readonly start: number;
  readonly end: number;
}

/** How far from the phone the lips may meet. */
const CLOSURE_REACH = 0.06;
/** Lips count as shut this far above the clip's own shut reading: landmark noise and the softness of the fit, in eye distances. */
const SHUT = 0.02;
/** Lips further apart than this do not meet, whatever else the clip shows: full lips of two colours read up to 0.065 when shut. */
const NEVER_SHUT = 0.085;

/** The share of p, b and m on which the lips are seen to meet within 60 ms; `null` when there is none. */
export function measureClosures(face: FaceSeries, closures: readonly Closure[]): number | null {
  const inside = closures.filter(({ end }) => end * FACE_RATE < face.opening.length);
  if (inside.length === 0) return null;
  const shut = Math.min(quantile(face.opening, 0.05) + SHUT, NEVER_SHUT);
  const met = inside.filter(({ start, end }) => {
    const from = Math.max(0, Math.ceil((start - CLOSURE_REACH) * FACE_RATE - 1e-9));
    const to = Math.floor((end + CLOSURE_REACH) * FACE_RATE + 1e-9);
    return face.opening.subarray(from, to + 1).some((opening) => opening <= shut);
  });
  return met.length / inside.length;
}
