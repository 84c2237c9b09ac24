import { describe, expect, test } from 'vitest';
import { readFaceSeries } from './face-series.ts';
import { measureHead } from './movement.ts';
import { deviation, mean } from './signal.ts';
import { faceAt, REST } from './test-face.ts';

const SECONDS = 4;
const frames = (pose: (t: number) => Parameters<typeof faceAt>[0]) =>
  Array.from({ length: SECONDS * 25 }, (_, i) => faceAt(pose(i / 25)));

describe('face series', () => {
  test('reads opening, width and brows in eye distances, whatever the head does', () => {
    const track = frames((t) => ({
      opening: 0.06 + 0.05 * Math.sin(2 * Math.PI * 2 * t),
      width: 0.02 * Math.sin(2 * Math.PI * t),
      yaw: 8 * Math.sin(2 * Math.PI * 0.5 * t),
      pitch: 4 * Math.cos(2 * Math.PI * 0.25 * t),
      x: 300 + 20 * Math.sin(t),
      size: 120 + 10 * Math.cos(t),
    }));
    const series = readFaceSeries({ fps: 25, points: track });
    expect(mean(series.opening)).toBeCloseTo(0.06, 3);
    expect(deviation(series.opening)).toBeCloseTo(0.05 / Math.SQRT2, 3);
    expect(deviation(series.width)).toBeCloseTo(0.02 / Math.SQRT2, 3);
    expect(deviation(series.brow)).toBeLessThan(1e-4);
  });
  test('reads angles in degrees with their signs', () => {
    const series = readFaceSeries({
      fps: 25,
      points: frames((t) => ({ yaw: t < 2 ? -5 : 5, pitch: 3 * t, roll: 2 * t })),
    });
    expect(series.yaw.at(-1)! - series.yaw[0]!).toBeCloseTo(10, 0);
    expect(series.pitch.at(-1)! - series.pitch[0]!).toBeCloseTo(3 * 3.96, 0);
    expect(series.roll.at(-1)! - series.roll[0]!).toBeCloseTo(2 * 3.96, 0);
  });
  test('a head that shakes by 1° from frame to frame has that jitter', () => {
    let side = 1;
    const head = measureHead(
      readFaceSeries({
        fps: 25,
        points: frames(() => {
          side = -side;
          return { yaw: side * 0.5 };
        }),
      }),
    );
    expect(head.headJitter).toBeCloseTo(2, 1);
    expect(head.headSpeed).toBeCloseTo(25, 0);
    expect(head.headRotation).toBeCloseTo(0.5, 2);
  });
  test('counts blinks and leaves out eyes that stay down', () => {
    const track = frames((t) => ({ lids: t % 1 < 0.12 ? 0.3 : t > 3.2 ? 0.5 : 1 }));
    expect(measureHead(readFaceSeries({ fps: 25, points: track })).blinksPerMinute).toBeCloseTo((4 / SECONDS) * 60, 0);
  });
  test('fills frames without a face and says how many they were', () => {
    const track: (Float32Array | null)[] = frames((t) => ({ opening: 0.1 * t }));
    track[10] = null;
    const series = readFaceSeries({ fps: 25, points: track });
    expect(series.missing).toBeCloseTo(0.01, 9);
    expect(series.opening[10]).toBeCloseTo(0.04, 3);
    expect(() => readFaceSeries({ fps: 25, points: [null] })).toThrow('No frame');
  });
  test('a face at rest has no movement at all', () => {
    const still = readFaceSeries({ fps: 25, points: frames(() => ({})) });
    expect(deviation(still.opening)).toBeLessThan(1e-6);
    expect(still.opening[0]).toBeCloseTo(REST.opening, 4);
  });
});
