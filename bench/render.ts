import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPainter } from '@orator/core/engines/portrait/draw';
import { CHANNEL_INDEX, type Channel, type Pose, restPose } from '@orator/core/motion/pose';
import { openLandmarker } from '../server/src/runtime/landmarks.ts';
import { openSubject, type Subject } from '../server/src/studio/subject.ts';
import { photographs } from './material.ts';
import { rounded } from './table.ts';

/** Frames of the portrait engine, drawn on one thread. */
export const title = 'Drawing a talking portrait (one thread, everything moves; parts are medians, ms on the clock)';

const WARM = 40; // frames until the compiler has settled
const FRAMES = 120;

/** A lively speaker: every channel that talking uses moves in every frame. */
function talking(frame: number): Pose {
  const t = frame / 25;
  const wave = (rate: number, size: number, phase = 0) => size * (1 + Math.sin(rate * t + phase));
  const channels: Partial<Record<Channel, number>> = {
    jawOpen: wave(17, 0.2),
    mouthFunnel: wave(9, 0.15),
    mouthPucker: wave(7, 0.1),
    mouthStretchLeft: wave(11, 0.1),
    mouthStretchRight: wave(11, 0.1),
    mouthSmileLeft: wave(2, 0.1),
    mouthSmileRight: wave(2, 0.09),
    mouthLowerDownLeft: wave(13, 0.1),
    mouthLowerDownRight: wave(13, 0.1),
    mouthUpperUpLeft: wave(13, 0.07),
    mouthUpperUpRight: wave(13, 0.07),
    browInnerUp: wave(3, 0.1),
    eyeBlinkLeft: Math.max(0, Math.sin(2 * t)) ** 4,
    eyeBlinkRight: Math.max(0, Math.sin(2 * t)) ** 4,
    gazeX: wave(5, 0.1, 1),
    gazeY: wave(4, 0.05),
    headYaw: 0.06 * Math.sin(t),
    headPitch: 0.04 * Math.sin(1.3 * t),
    headRoll: 0.03 * Math.sin(0.7 * t),
    breath: wave(1.5, 0.5),
    sway: 0.01 * Math.sin(t),
    lipGapCeiling: wave(6, 0.2),
  };
  const pose = restPose();
  for (const [channel, value] of Object.entries(channels)) pose[CHANNEL_INDEX[channel as Channel]] = value;
  return pose;
}

/** Processor time of this process since `from`, ms. */
function processorMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Draws a clip's worth of frames; the speed is counted in processor time, so that other work on the machine does not count. */
function measure({ prepared, still, placement }: Subject) {
  const opened = process.cpuUsage();
  const painter = createPainter({ prepared, still, placement });
  const openMs = processorMs(opened);
  const times = painter.measure(() => performance.now());
  const into = painter.createCanvas();
  const parts = { deform: [] as number[], triangles: [] as number[], eyes: [] as number[], mouth: [] as number[] };
  const whole: number[] = [];
  let begun = process.cpuUsage();
  for (let frame = 0; frame < WARM + FRAMES; frame++) {
    const pose = talking(frame);
    const start = performance.now();
    painter.paint(pose, into);
    if (frame < WARM) {
      begun = process.cpuUsage();
      continue;
    }
    whole.push(performance.now() - start);
    for (const part of Object.keys(parts) as (keyof typeof parts)[]) parts[part].push(times[part]);
  }
  return { openMs, perFrameMs: processorMs(begun) / FRAMES, middle: median(whole), parts };
}

/** One row a size: frames per second and where the time goes. */
export async function run(): Promise<Record<string, unknown>[]> {
  const portrait = photographs()[0]!;
  const preparation = { folder: join(tmpdir(), 'orator-bench-render'), openLandmarker };
  const rows: Record<string, unknown>[] = [];
  for (const [size, reach] of [
    ['512', '≥ 250'],
    ['1080p', '≥ 60'],
  ] as const) {
    const subject = await openSubject(portrait.path, { face: 'largest', size, crop: 'square' }, preparation);
    const { openMs, perFrameMs, middle, parts } = measure(subject);
    rows.push({
      figure: `frames/s at ${subject.still.width} × ${subject.still.height}`,
      value: rounded(1000 / perFrameMs, 0),
      reach,
      'processor ms': rounded(perFrameMs, 2),
      'median ms': rounded(middle, 2),
      ...Object.fromEntries(Object.entries(parts).map(([part, values]) => [part, rounded(median(values), 2)])),
      'open ms': rounded(openMs, 0),
    });
  }
  return rows;
}
