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

/** The files of core that ship: all but its tests and contract cases. */
export const coreFiles = (): readonly SourceFile[] =>
  sourceFiles('core/src/**/*.ts').filter(({ path }) => !/(?:\.test|[.-]contract)\.ts$/.test(path));
