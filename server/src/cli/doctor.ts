import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { VERSION } from '../version.ts';
import { readFlags } from './arguments.ts';
import { EXIT, type Terminal } from './terminal.ts';

const MARKS = { ok: '✓', missing: '–', problem: '✗' } as const;

const USAGE = `Usage: orator doctor [--json]

Looks at what this machine has and says how to cure what is missing. Exit code 1 when clips cannot be made.
`;

/** `orator doctor`: what is installed, and the cure for what is not. */
export async function doctor(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { json, help } = readFlags(argv, 'doctor', { json: { type: 'boolean' } });
  if (help) {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  const findings = await examine(terminal.config);
  terminal.out.write(json ? `${JSON.stringify({ orator: VERSION, findings })}\n` : report(findings));
  return findings.some((finding) => finding.state === 'problem') ? EXIT.failed : EXIT.success;
}

function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.what.length)) + 2;
  const lines = findings.flatMap(({ what, state, found, cure }) => [
    `${MARKS[state]} ${what.padEnd(width)}${found}`,
    ...(cure ? [`  ${' '.repeat(width)}→ ${cure}`] : []),
  ]);
  const problems = findings.filter((finding) => finding.state === 'problem').length;
  const verdict =
    problems === 0
      ? 'Ready to make clips.'
      : `${problems} ${problems === 1 ? 'problem stands' : 'problems stand'} in the way.`;
  return `Orator ${VERSION}\n\n${lines.join('\n')}\n\n${verdict}\n`;
}
