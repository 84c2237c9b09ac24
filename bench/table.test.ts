import { describe, expect, test } from 'vitest';
import { judge, spread, tableLines } from './table.ts';

describe('a row', () => {
  test.each([
    [5, '≥ 5', 'pass'],
    [4.9, '≥ 5', 'miss'],
    [0.03, '≤ 0.035', 'pass'],
    [-19, '± 20', 'pass'],
    [21, '± 20', 'miss'],
    [0.05, '0.034–0.065', 'pass'],
    [0.03, '0.034–0.065', 'miss'],
  ])('of %s against %s is a %s', (value, reach, result) => {
    expect(judge({ value, reach })).toEqual({ value, reach, result });
  });
  test('without a value is neither reached nor missed', () => {
    expect(judge({ reach: '≥ 5' })).toEqual({ reach: '≥ 5' });
  });
});

test('several runs give their median and their ends', () => {
  expect(spread([3.08, 1, 2], 1)).toEqual({ value: 2, min: 1, max: 3.1 });
});

test('a table has its columns aligned, and says why it is empty', () => {
  const lines = tableLines({
    title: 'Speed',
    rows: [
      { figure: 'a', value: 1 },
      { figure: 'bcdefghi', reach: '≥ 2' },
    ],
    seconds: 3,
  });
  expect(lines).toEqual(['Speed (3 s)', '  figure    value  reach', '  a         1', '  bcdefghi         ≥ 2']);
  expect(tableLines({ title: 'Speed', rows: [], seconds: 0, error: 'no disk' })[1]).toBe('  could not run: no disk');
});
