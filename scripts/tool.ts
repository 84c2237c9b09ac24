import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

/** The development tools, by the script that starts each. */
const TOOLS = {
  biome: 'node_modules/@biomejs/biome/bin/biome',
  tsc: 'node_modules/typescript/bin/tsc',
  vitest: 'node_modules/vitest/vitest.mjs',
  orator: 'server/bin/orator.mjs',
} as const;

/** How a tool ended: its exit code (1 where a signal ended it) and, where it was piped, all that it said. */
export interface Ended {
  readonly code: number;
  readonly said: string;
}

/**
 * Runs one of the tools from the root of the checkout, on the Node that runs us, and lets it read `input` where there is one.
 * Rejects only when it cannot start.
 */
export function runTool(
  name: keyof typeof TOOLS,
  args: readonly string[],
  stdio: 'inherit' | 'pipe',
  input?: string,
): Promise<Ended> {
  // What is kept for later is kept plain.
  const env = stdio === 'pipe' ? { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } : process.env;
  const options: SpawnOptions = { cwd: ROOT, env, stdio: [input === undefined ? 'ignore' : 'pipe', stdio, stdio] };
  const child = spawn(process.execPath, [join(ROOT, TOOLS[name]), ...args], options);
  child.stdin?.end(input);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
  });
}
