import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

/** One of our own source files. */
export interface SourceFile {
  /** From the root of the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Our source files that match a pattern from the root of the checkout, in order of their paths. */
export const sourceFiles = (pattern: string): readonly SourceFile[] =>
  globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/out/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** The files of some folder that ship: all but tests and contract cases. */
const shippedFiles = (pattern: string) =>
  sourceFiles(pattern).filter(({ path }) => !/(?:\.test|[.-]contract)\.ts$/.test(path));

/** The files of core that ship. */
export const coreFiles = (): readonly SourceFile[] => shippedFiles('core/src/**/*.ts');

/** The files of the client that ship. */
export const clientFiles = (): readonly SourceFile[] => shippedFiles('client/src/**/*.ts');
