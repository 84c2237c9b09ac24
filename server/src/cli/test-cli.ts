import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));

/** How a command ended, and what it said. */
export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface RunningCli {
  readonly process: ChildProcess;
  readonly done: Promise<CliRun>;
}

/** Starts `orator` as a process of its own, for tests. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (err += part));
  const done = new Promise<CliRun>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { process: child, done };
}
