import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/setup.mjs';

/** Whether `.dockerignore` lets a path of the checkout into the build: its last line that fits decides. */
export function isInContext(path: string): boolean {
  const parts = path.split('/');
  const parents = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  let isIn = true;
  for (const line of ignoreLines()) {
    const pattern = expressionOf(line.replace(/^!/, ''));
    if (parents.some((parent) => pattern.test(parent))) isIn = line.startsWith('!');
  }
  return isIn;
}

/** The files of the checkout that a COPY of `source` finds in the context, as paths from the root. */
export function contextFiles(source: string): readonly string[] {
  const path = source.replace(/\/$/, '');
  const isFolder = statSync(join(ROOT, path), { throwIfNoEntry: false })?.isDirectory();
  const found = isFolder
    ? globSync(`${path}/**/{*,.*}`, { cwd: ROOT, exclude: ['**/node_modules', '**/dist'], withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    : globSync(path, { cwd: ROOT });
  return found.map((file) => file.replaceAll('\\', '/')).filter(isInContext);
}

/** Unlike in a shell, a star stands for names with a leading dot as well. */
const expressionOf = (pattern: string) =>
  new RegExp(
    `^${pattern
      .split(/(\*\*\/|\*)/)
      .map((part) => ({ '**/': '(?:.*/)?', '*': '[^/]*' })[part] ?? part.replaceAll('.', '\\.'))
      .join('')}$`,
  );

const ignoreLines = () =>
  readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'));
