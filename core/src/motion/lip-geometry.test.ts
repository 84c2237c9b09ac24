import { expect, test } from 'vitest';
import { freeLipGap, lipGeometry } from './lip-geometry.ts';
import { CHANNEL_INDEX, type Channel, restPose } from './pose.ts';
import { both, type Weights } from './viseme-poses.ts';

function poseOf(weights: Weights) {
  const pose = restPose();
  for (const [channel, weight] of Object.entries(weights)) pose[CHANNEL_INDEX[channel as Channel]] = weight;
  return pose;
}

test('a face at rest has its lips together and its own width', () => {
  expect(lipGeometry(restPose())).toEqual({ gap: 0, width: 0 });
});

test('gap and width follow the shape tables, in eye-centre distances', () => {
  expect(lipGeometry(poseOf({ jawOpen: 0.5 })).gap).toBeCloseTo(0.256);
  expect(lipGeometry(poseOf({ jawOpen: 1, mouthClose: 1 })).gap).toBeCloseTo(0.017);
  expect(lipGeometry(poseOf(both('mouthSmile', 1))).width).toBeCloseTo(0.26);
  expect(lipGeometry(poseOf({ mouthPucker: 1 })).width).toBeCloseTo(-0.33);
  expect(lipGeometry(poseOf(both('mouthLowerDown', 1, 0))).gap).toBeCloseTo(0.045);
});

test('the ceiling bounds the gap and nothing makes it negative', () => {
  const open = poseOf({ jawOpen: 0.6, lipGapCeiling: 0.055 });
  expect(lipGeometry(open).gap).toBeCloseTo(0.055);
  expect(freeLipGap(open)).toBeGreaterThan(0.3);
  expect(lipGeometry(poseOf(both('mouthPress', 1))).gap).toBe(0);
});
