import { describe, expect, test } from 'vitest';
import { findPostgres } from '../../server/src/store/test-postgres.ts';
import { runChaos } from './chaos.ts';
import type { Setup } from './stage.ts';

const SETUPS: readonly Setup[] = [
  { database: 'embedded', files: 'folder' },
  { database: 'postgres', files: 'folder' },
];
const hasPostgres = (await findPostgres()) !== null;

describe('programs killed at random lose, double and leave nothing', () => {
  for (const setup of SETUPS) {
    const skipped = setup.database === 'postgres' && !hasPostgres;
    test.skipIf(skipped)(
      `${setup.database}${skipped ? ' (it is not installed)' : ''}`,
      async () => {
        const { findings, killed, attempts } = await runChaos({ ...setup, jobs: 12, kills: 5, seed: 7 });
        expect(findings.flatMap(({ figure, cases }) => cases.map((one) => `${figure}: ${one}`))).toEqual([]);
        expect(killed.server).toBeGreaterThan(0);
        expect(killed.clip).toBeGreaterThan(0);
        if (setup.database === 'postgres') expect(killed).toMatchObject({ database: 1, worker: 1 });
        expect(Object.values(attempts).reduce((sum, jobs) => sum + jobs, 0)).toBe(12);
      },
      600_000,
    );
  }
});
