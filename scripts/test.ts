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
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly Result[] }[];
}

interface Result {
  readonly fullName: string;
  readonly status: string;
  /** Also of a test that passed when it was tried again. */
  readonly failureMessages: readonly string[];
}

/** Counts a file that could not even be read as one failed test: it must not vanish from the sum. */
function closingLine(report: Report): string {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`;
}

/** Tests that only passed when they were tried again, and what they said first: each is a fault of the test or of what it tests. */
function wavering(report: Report): string[] {
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName, failureMessages }) => `Passed only when tried again: ${fullName}\n  ${failureMessages[0]}`);
}

const reportFile = join(ROOT, '.cache', `test-${process.pid}.json`);
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const { code } = await runTool('vitest', ['run', ...reporters, ...process.argv.slice(2)], 'inherit');
try {
  const report: Report = JSON.parse(readFileSync(reportFile, 'utf8'));
  for (const line of wavering(report)) console.log(line);
  console.log(closingLine(report));
} catch {
  console.log('0 passed, 1 failed, 0 skipped'); // vitest ended before it could report: its own words are above
}
rmSync(reportFile, { force: true });
process.exitCode = code;
