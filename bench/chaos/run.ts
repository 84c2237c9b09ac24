import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { ROOT } from '../material.ts';
import { judge, tableLines } from '../table.ts';
import { type ChaosReport, runChaos } from './chaos.ts';
import type { Setup } from './stage.ts';

const USAGE = `Usage: npm run chaos -- [--database embedded|postgres|both] [--files folder|s3] [--jobs 300] [--seed 1] [--short]

Orders short clips from real processes and kills these at random: service, workers, the processes that make clips, and PostgreSQL.
Fails when a job is lost, stuck or published twice, or anything is left behind. Writes out/chaos.json.
`;
const RESULT = join(ROOT, 'out/chaos.json');
const SHORT_JOBS = 16;
const JOBS_A_KILL = 8;
/** Every target is killed at least once. */
const LEAST_KILLS = 5;
/** Cases of one finding that are printed. */
const SHOWN = 5;

/** Each database with the files that it is used with. */
const SETUPS: Readonly<Record<Setup['database'], Setup>> = {
  embedded: { database: 'embedded', files: 'folder' },
  postgres: { database: 'postgres', files: 's3' },
};

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      database: { type: 'string', default: 'both' },
      files: { type: 'string' },
      jobs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const setups = setupsOf(values.database, values.files);
  const jobs = Number(values.jobs ?? (values.short ? SHORT_JOBS : 300));
  const seed = Number(values.seed);
  if (values.help || setups === null || !(jobs > 0) || !Number.isInteger(jobs) || !Number.isInteger(seed)) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const kills = Math.max(LEAST_KILLS, Math.round(jobs / JOBS_A_KILL));
  const reports: ChaosReport[] = [];
  for (const setup of setups) {
    console.log(`${jobs} jobs, ${kills} kills, seed ${seed}: ${setup.database}, ${setup.files} …`);
    const report = await runChaos({ ...setup, jobs, kills, seed });
    reports.push(report);
    console.log(`${linesOf(report).join('\n')}\n`);
  }
  await mkdir(dirname(RESULT), { recursive: true });
  const made = new Date().toISOString();
  await writeFile(RESULT, `${JSON.stringify({ machine: describeMachine(), made, reports }, null, 2)}\n`);
  console.log(`Written to ${RESULT}`);
  return reports.some(({ data }) => data !== null) ? 1 : 0;
}

function setupsOf(database: string, files: string | undefined): Setup[] | null {
  if (files !== undefined && files !== 'folder' && files !== 's3') return null;
  const asked = database === 'both' ? Object.values(SETUPS) : [SETUPS[database as Setup['database']]];
  if (asked[0] === undefined) return null;
  return asked.map((setup) => ({ ...setup, files: files ?? setup.files }));
}

function linesOf({ order, killed, attempts, findings, seconds, data }: ChaosReport): string[] {
  const counted = (what: Readonly<Record<string, number>>) =>
    Object.entries(what)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const rows = findings.map(({ figure, cases }) => judge({ figure, value: cases.length, reach: '≤ 0' }));
  const title = `chaos, ${order.database} database, files in ${order.files}, ${order.jobs} jobs`;
  return [
    ...tableLines({ title, rows, seconds }),
    `  killed: ${counted(killed)}; attempts: ${counted(Object.fromEntries(Object.entries(attempts).map(([n, jobs]) => [`${n}:`, jobs])))}`,
    ...findings.flatMap(({ cases }) => cases.slice(0, SHOWN).map((one) => `  ! ${one}`)),
    ...(data ? [`  The data folder is kept: ${data}`] : []),
  ];
}

process.exitCode = await main(process.argv.slice(2));
