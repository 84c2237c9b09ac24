/** How a row is read: within its band, not above its high end, or not below its low end. */
export type Rule = 'inside' | 'at most' | 'at least';

/** What one measure means: the band of real talking faces and how a clip is held against it. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  /** 10th percentile of real clips, or the lowest that passes. */
  readonly low: number;
  /** 90th percentile, or the highest that passes. */
  readonly high: number;
  readonly rule: Rule;
  readonly digits: number;
}

/**
 * Bands of 19 real clips of people talking in public, 3 to 22 s. Eye distances (ed) run from outer corner to outer corner. The silence
 * rows and the lag were set by hand: the clips had too little silence.
 */
export const ROWS = {
  openingDeviation: row('opening, standard deviation', 'ed', 0.034, 0.065, 'inside', 3),
  openingRange: row('opening, range', 'ed', 0.103, 0.213, 'inside', 3),
  openingSpeed: row('opening, speed', 'ed/s', 0.25, 0.53, 'inside', 2),
  openingsPerSecond: row('openings', '/s', 1.8, 3.2, 'inside', 1),
  widthDeviation: row('lip width, standard deviation', 'ed', 0.023, 0.053, 'inside', 3),
  trembling: row('trembling', '', 0, 0.06, 'at most', 3),
  follow: row('lips follow the sound', '', 0.31, 1, 'at least', 2),
  beyondLoudness: row('lips beyond loudness', '', 0.14, 1, 'at least', 2),
  lag: row('lag, picture late', 's', -0.045, 0.045, 'inside', 3),
  silenceSpeed: row('silence: speed of the mouth / in speech', '', 0, 0.45, 'at most', 2),
  silenceMoving: row('silence: share of moving frames', '', 0, 0.35, 'at most', 2),
  closures: row('lips shut on p, b, m', '', 0.9, 1, 'at least', 2),
  headRotation: row('head rotation', '°', 2.4, 10.4, 'inside', 1),
  headSpeed: row('head speed', '°/s', 11, 49, 'inside', 0),
  headJitter: row('head jitter', '°', 0, 1.81, 'at most', 2),
  blinksPerMinute: row('blinks', '/min', 6, 50, 'inside', 0),
  browDeviation: row('brow height, standard deviation', 'ed', 0.005, 0.021, 'inside', 3),
  mouthDetail: row('mouth detail / eye detail', '', 0.58, 0.85, 'inside', 2),
  openMouthDetail: row('open-mouth detail / shut', '', 1.15, 1.44, 'inside', 2),
  skinFlicker: row('skin flicker', 'grey levels', 0, 1.41, 'at most', 2),
  backgroundDrag: row('background drag', '', 0, 0.035, 'at most', 3),
  identity: row('identity to the first frame, worst', '', 0.69, 1, 'at least', 2),
} as const satisfies Record<string, Row>;

/** The names of the rows, in the order in which they are shown. */
export type RowId = keyof typeof ROWS;
export const ROW_IDS = Object.keys(ROWS) as readonly RowId[];

/** One clip's figures; `null` where a clip has nothing to measure (no silence, no phone times, a plain background). */
export type ClipMeasures = Readonly<Record<RowId, number | null>>;

/** Whether a figure passes its row; `null` where there is none. */
export function passes(id: RowId, value: number | null): boolean | null {
  if (value === null || !Number.isFinite(value)) return null;
  const { low, high, rule } = ROWS[id];
  return (rule === 'at most' || value >= low) && (rule === 'at least' || value <= high);
}

function row(title: string, unit: string, low: number, high: number, rule: Rule, digits: number): Row {
  return { title, unit, low, high, rule, digits };
}
