#!/usr/bin/env node
// One door to every task: `node scripts/run.mjs <task> [arguments]`. It sets the checkout up, then runs the task.
// Plain JavaScript that any Node since 16 can read; the tasks themselves are TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, setUp } from './setup.mjs';

/** What each task runs, from the root of the checkout. */
const TASKS = {
  demo: ['scripts/demo.ts'],
  test: ['scripts/test.ts'],
  check: ['scripts/check.ts'],
  bench: ['bench/run.ts'],
  chaos: ['bench/chaos/run.ts'],
  soak: ['bench/soak/run.ts'],
  fixtures: ['fixtures/make.ts'],
  build: ['scripts/build.ts'],
  docs: ['scripts/docs.ts'],
  kernels: ['scripts/kernels.ts'],
  client: ['scripts/client.ts'],
  format: ['scripts/format.ts'],
};

async function main([task, ...rest]) {
  if (!Object.keys(TASKS).includes(task)) {
    console.error(`Which task? One of: ${Object.keys(TASKS).join(', ')}.`);
    return 1;
  }
  const [script, ...args] = TASKS[task];
  if (!existsSync(join(ROOT, script))) {
    console.error(`The task "${task}" needs ${script}, which this checkout does not have.`);
    return 1;
  }
  const { node, env } = await setUp();
  const child = spawn(node, [join(ROOT, script), ...args, ...rest], { cwd: ROOT, env, stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal by itself; a signal sent to us alone has to be passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
