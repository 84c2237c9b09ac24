import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';
import { runTool } from './tool.ts';

const SOURCE = join('web', 'src', 'player');
/** The files whose types are part of what the element promises. */
const TYPES = ['player', 'orator-player', 'show', 'paint-order', 'live-socket', 'session-address'];
/** Makes TypeScript write the types that it else only checks. */
const EMIT = [
  ...['-p', 'web/tsconfig.player.json', '--rootDir', '.'],
  ...['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
  ...['--rewriteRelativeImportExtensions', '--allowImportingTsExtensions', 'false'],
];

/** Writes `@orator/player` into `folder` as npm publishes it: `code`, one module that a page loads as it is, with types beside it. */
export async function writePlayerPackage(folder: string, code: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const types = mkdtempSync(join(tmpdir(), 'orator-types-'));
  try {
    const { code: failed, said } = await runTool('tsc', [...EMIT, '--outDir', types], 'pipe');
    if (failed !== 0) throw new Error(`The types of the player cannot be written: ${said}`);
    for (const name of TYPES) cpSync(join(types, SOURCE, `${name}.d.ts`), join(folder, `${name}.d.ts`));
  } finally {
    rmSync(types, { recursive: true, force: true });
  }
  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'web', 'package.json'), 'utf8'));
  const manifest = {
    name: '@orator/player',
    version,
    description: 'The element <orator-player>: a talking face that is drawn by the browser, live.',
    license,
    type: 'module',
    exports: { '.': { types: './player.d.ts', default: './player.js' } },
  };
  writeFileSync(join(folder, 'player.js'), code);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(ROOT, SOURCE, 'README.md'), join(folder, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}
