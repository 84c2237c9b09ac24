/** How much a figure grows for each thousand jobs: the slope of the straight line that fits best; 0 for fewer than two points. */
export function driftPerThousand(points: readonly { readonly jobs: number; readonly value: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const middle = { jobs: mean(points.map(({ jobs }) => jobs)), value: mean(points.map(({ value }) => value)) };
  let rise = 0;
  let run = 0;
  for (const { jobs, value } of points) {
    rise += (jobs - middle.jobs) * (value - middle.value);
    run += (jobs - middle.jobs) ** 2;
  }
  return run === 0 ? 0 : (rise / run) * 1000;
}
