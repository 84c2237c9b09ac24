import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';
import { runTool } from './tool.ts';

/** Makes TypeScript write what it else only checks: plain modules, and their types. */
const EMIT = [
  ...['-p', 'client', '--noEmit', 'false', '--rootDir', 'client/src', '--declaration'],
  ...['--rewriteRelativeImportExtensions', '--allowImportingTsExtensions', 'false'],
];

/** Writes the client into `folder` as npm publishes it: JavaScript that browsers and Node load as it is, with types beside it. */
export async function writeClientPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const { code, said } = await runTool('tsc', [...EMIT, '--outDir', folder], 'pipe');
  if (code !== 0) throw new Error(`The client cannot be compiled: ${said}`);
  const { private: _, ...manifest } = JSON.parse(readFileSync(join(ROOT, 'client', 'package.json'), 'utf8'));
  manifest.exports = { '.': './client.js', './*': './*.js' };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(ROOT, 'client', 'README.md'), join(folder, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}
