import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';
import { runTool } from './tool.ts';

/** The parts of vitest's JSON report that the closing line needs. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Counts a file that could not even be read as one failed test: it must not vanish from the sum. */
function closingLine(report: Report): string {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`;
}

const reportFile = join(ROOT, '.cache', `test-${process.pid}.json`);
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const { code } = await runTool('vitest', ['run', ...reporters, ...process.argv.slice(2)], 'inherit');
try {
  console.log(closingLine(JSON.parse(readFileSync(reportFile, 'utf8'))));
} catch {
  console.log('0 passed, 1 failed, 0 skipped'); // vitest ended before it could report: its own words are above
}
rmSync(reportFile, { force: true });
process.exitCode = code;
