import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from '../server/bin/right-node.mjs';
import { KERNEL_FOLDER, KERNEL_MODULE, KERNEL_OPTIONS, kernelHash } from './kernel-source.ts';
import { ROOT } from './setup.mjs';

// Compiles `core/kernels` to WebAssembly, kept as text in a module that every bundler and engine can load.
const folder = join(ROOT, KERNEL_FOLDER);
const compiler = join(folder, 'node_modules/assemblyscript/bin/asc.js');
const binary = join(ROOT, '.cache/kernels.wasm');

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed (exit code ${status}).`);
}

if (!existsSync(compiler)) {
  const [npm, ...first] = npmCommand();
  run(npm!, ...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
}
mkdirSync(join(ROOT, '.cache'), { recursive: true });
run(process.execPath, compiler, 'kernels.ts', '--outFile', binary, ...KERNEL_OPTIONS);
const bytes = readFileSync(binary);
const lines = bytes.toString('base64').match(/.{1,116}/g)!;
writeFileSync(
  join(ROOT, KERNEL_MODULE),
  `// Made by \`npm run kernels\` from ${KERNEL_FOLDER} (${kernelHash()}).

/** The kernels' WebAssembly in base64. */
export const KERNELS =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`,
);
console.log(`${KERNEL_MODULE} holds ${bytes.length} bytes of WebAssembly.`);
