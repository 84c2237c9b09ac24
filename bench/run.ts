import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';
import { judge, type Table, tableLines } from './table.ts';

/** One benchmark: a title, and rows to print. A row with `figure`, `value` and `reach` is held against its reach. */
interface Bench {
  readonly title: string;
  run(): Promise<Record<string, unknown>[]>;
}

/** All benchmarks, quick ones first. Each is a file of this folder. */
const BENCHES = [
  'visemes',
  'motion',
  'render',
  'media',
  'sync',
  'calibration',
  'api',
  'pick-up',
  'player',
  'studio',
  'live',
  'network',
  'command',
  'memory',
  'identity',
  'wav2lip',
  'lifelike',
] as const;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RESULT = `${ROOT}/out/bench.json`;

async function main(asked: readonly string[]): Promise<number> {
  const unknown = asked.filter((name) => !(BENCHES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark "${unknown[0]}". One of: ${BENCHES.join(', ')}.`);
    return 1;
  }
  const machine = describeMachine();
  console.log(
    `${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ')}\n`,
  );
  const tables: Record<string, Table> = {};
  for (const name of asked.length > 0 ? asked : BENCHES) {
    tables[name] = await runOne(name);
    console.log(`${name}: ${tableLines(tables[name]).join('\n')}\n`);
  }
  await mkdir(dirname(RESULT), { recursive: true });
  await writeFile(RESULT, `${JSON.stringify({ machine, made: new Date().toISOString(), tables }, null, 2)}\n`);
  console.log(`Written to ${RESULT}`);
  const rows = Object.values(tables).flatMap((table) => table.rows);
  const missed = rows.filter((row) => row.result === 'miss').length;
  const failed = Object.values(tables).filter((table) => table.error).length;
  console.log(
    `${rows.filter((row) => row.result === 'pass').length} reached, ${missed} missed, ${failed} could not run`,
  );
  return failed > 0 ? 1 : 0;
}

/** A benchmark that cannot run does not stop the others. */
async function runOne(name: string): Promise<Table> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  try {
    const bench = (await import(`./${name}.ts`)) as Bench;
    const rows = await bench.run();
    return { title: bench.title, rows: rows.map(judge), seconds: seconds() };
  } catch (error) {
    return { title: name, rows: [], seconds: seconds(), error: error instanceof Error ? error.message : String(error) };
  }
}

process.exitCode = await main(process.argv.slice(2));
