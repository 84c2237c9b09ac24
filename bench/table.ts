/** What one benchmark found. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Record<string, unknown>[];
  /** How long it took. */
  readonly seconds: number;
  /** Why it could not run. */
  readonly error?: string;
}

/** Adds `result` to a row that has a value to reach: `≥ x`, `≤ x`, `a–b` or `± x`; a value that is not there is no miss. */
export function judge(row: Record<string, unknown>): Record<string, unknown> {
  const { value, reach } = row;
  if (typeof value !== 'number' || typeof reach !== 'string') return row;
  return { ...row, result: reaches(value, reach) ? 'pass' : 'miss' };
}

function reaches(value: number, reach: string): boolean {
  const numbers = (reach.match(/[−-]?\d+(?:\.\d+)?/g) ?? []).map((text) => Number(text.replace('−', '-')));
  if (reach.startsWith('≥')) return value >= numbers[0]!;
  if (reach.startsWith('≤')) return value <= numbers[0]!;
  if (reach.startsWith('±')) return Math.abs(value) <= numbers[0]!;
  return value >= numbers[0]! && value <= numbers[1]!;
}

/** The table as lines of text, its columns aligned. */
export function tableLines({ title, rows, seconds, error }: Table): string[] {
  const head = `${title} (${seconds} s)`;
  if (error !== undefined) return [head, `  could not run: ${error}`];
  if (rows.length === 0) return [head, '  nothing to measure here: the test material is missing'];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return [head, ...cells.map((line) => `  ${line.map((text, i) => text.padEnd(widths[i]!)).join('  ')}`.trimEnd())];
}

const cell = (value: unknown) => (value === undefined || value === null ? '' : String(value));

/** A number with so many digits behind the point. */
export const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** Median, smallest and largest of some runs, rounded: the columns that say how noisy a figure is. */
export function spread(values: readonly number[], digits: number): { value: number; min: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
  return { value: rounded(middle, digits), min: rounded(sorted[0]!, digits), max: rounded(sorted.at(-1)!, digits) };
}
