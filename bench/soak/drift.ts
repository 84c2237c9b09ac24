import { mean } from '@orator/core/inspect/signal';

/** A figure after so many jobs. */
export interface Point {
  readonly jobs: number;
  readonly value: number;
}

/** How much a figure grows for each thousand jobs: the slope of the straight line that fits best; 0 for fewer than two points. */
export function driftPerThousand(points: readonly Point[]): number {
  const middle = { jobs: mean(points.map(({ jobs }) => jobs)), value: mean(points.map(({ value }) => value)) };
  let rise = 0;
  let run = 0;
  for (const { jobs, value } of points) {
    rise += (jobs - middle.jobs) * (value - middle.value);
    run += (jobs - middle.jobs) ** 2;
  }
  return run === 0 ? 0 : (rise / run) * 1000;
}

/** The same for a figure that goes up and down by itself: how much higher the peak of the second half is than that of the first. */
export function peakDriftPerThousand(points: readonly Point[]): number {
  const middle = points.length >> 1;
  const peak = (some: readonly Point[]) => Math.max(...some.map(({ value }) => value));
  if (middle === 0) return 0;
  return (
    ((peak(points.slice(middle)) - peak(points.slice(0, middle))) / (points[middle]!.jobs - points[0]!.jobs)) * 1000
  );
}
