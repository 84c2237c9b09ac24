#!/usr/bin/env node
// Plain JavaScript that any Node since 16 can read: it finds a Node that can run the rest, and hands over to it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileCache, isRightNode, rightNode } from './right-node.mjs';

const source = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const bundle = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const entry = existsSync(source) ? source : bundle;

process.env.NODE_COMPILE_CACHE = compileCache(); // for those we start
if (isRightNode(process.versions.node)) {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(pathToFileURL(entry).href);
} else {
  try {
    await handOver();
  } catch (error) {
    console.error(`Orator could not start: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Runs the rest under a Node that can, and ends as it ends. */
async function handOver() {
  const child = spawn(await rightNode(), [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal by itself; a signal sent to us alone has to be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal];
      resolve();
    });
  });
}
