import { describe, expect, test } from 'vitest';
import type { FaceSeries } from './face-series.ts';
import { measureClosures, measureMouth, measureSilence, speakingOnFace } from './movement.ts';
import { passes } from './rows.ts';

const STEPS = 250;
const faceOf = (opening: (t: number) => number): FaceSeries => {
  const still = new Float64Array(STEPS);
  return {
    opening: Float64Array.from({ length: STEPS }, (_, i) => opening(i / 25)),
    outerHeight: still,
    width: still.map((_, i) => 0.04 * Math.sin(i)),
    jaw: still,
    yaw: still,
    pitch: still,
    roll: still,
    brow: still,
    lids: still,
    missing: 0,
  };
};
/** Speech but for the seconds 4 to 6. */
const speaking = Uint8Array.from({ length: STEPS }, (_, i) => (i >= 100 && i < 150 ? 0 : 1));
const talk = (t: number) => 0.06 + 0.06 * Math.sin(2 * Math.PI * 2 * t);

describe('mouth', () => {
  test('is measured while it speaks only', () => {
    const mouth = measureMouth(
      faceOf((t) => (t >= 4 && t < 6 ? 0 : talk(t))),
      speaking,
    );
    expect(mouth.openingDeviation).toBeCloseTo(0.06 / Math.SQRT2, 3);
    expect(mouth.openingRange).toBeCloseTo(0.12, 2);
    expect(mouth.openingsPerSecond).toBeCloseTo(2, 0);
    expect(mouth.openingSpeed).toBeCloseTo(0.06 * 2 * 4, 1); // a sine moves four amplitudes a period
    expect(mouth.widthDeviation).toBeCloseTo(0.04 / Math.SQRT2, 3);
  });
  test('that is shut in silence does not move there', () => {
    const silence = measureSilence(
      faceOf((t) => (t >= 4 && t < 6 ? 0.01 : talk(t))),
      speaking,
    )!;
    expect(silence).toEqual({ silenceSpeed: 0, silenceMoving: 0, silenceOpening: 0.01 });
  });
  test('that goes on in silence is seen to', () => {
    const silence = measureSilence(faceOf(talk), speaking)!;
    expect(silence.silenceSpeed).toBeCloseTo(1, 1);
    expect(passes('silenceSpeed', silence.silenceSpeed)).toBe(false);
    expect(passes('silenceMoving', silence.silenceMoving)).toBe(false);
  });
  test('without silence there is nothing to say about it', () => {
    expect(measureSilence(faceOf(talk), new Uint8Array(STEPS).fill(1))).toBeNull();
    expect(passes('silenceSpeed', null)).toBeNull();
  });
  test('closures count when the lips are seen to meet within 60 ms', () => {
    const shutAt = [1, 2, 3];
    const face = faceOf((t) => (shutAt.some((at) => Math.abs(t - at) < 0.05) ? 0.01 : 0.1));
    const phones = [1.02, 1.96, 3.2, 7].map((at) => ({ start: at - 0.03, end: at + 0.03 }));
    expect(measureClosures(face, phones)).toBe(0.5);
    expect(measureClosures(face, [])).toBeNull();
    expect(
      measureClosures(
        faceOf(() => 0.1),
        phones,
      ),
    ).toBe(0); // lips that never meet
  });
  test('the mask of the sound lies on the steps of the face', () => {
    expect([...speakingOnFace(Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 0), 3)]).toEqual([1, 0, 0]);
  });
});
