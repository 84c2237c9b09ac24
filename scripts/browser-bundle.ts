import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'vite';
import { ROOT } from './setup.mjs';
import { coreFiles } from './source-files.ts';

const ENTRY = 'virtual:all-of-core';

/** What a page and a worker both have; anything else that core reaches for fails to load here. */
const BROWSER_GLOBALS = [
  ...['AbortController', 'AbortSignal', 'DOMException', 'ReadableStream', 'TextDecoder', 'TextEncoder', 'URL'],
  ...[
    'Event',
    'EventTarget',
    'WebAssembly',
    'WritableStream',
    'atob',
    'clearTimeout',
    'console',
    'crypto',
    'fetch',
    'performance',
    'queueMicrotask',
  ],
  ...['setTimeout', 'structuredClone'],
] as const;

/** Bundles every file of core for browsers and loads the result where there is no Node. Resolves to what is wrong, or to nothing. */
export async function bundleForBrowser(): Promise<string> {
  const files = coreFiles().map(({ path }) => path);
  const everything: Plugin = {
    name: 'all-of-core',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === ENTRY) return `\0${ENTRY}`;
      if (isBuiltin(id)) throw new Error(`${importer ?? 'core'} imports ${id}, which browsers do not have.`);
      return null;
    },
    load: (id) =>
      id === `\0${ENTRY}`
        ? files.map((path, i) => `import * as file${i} from ${JSON.stringify(join(ROOT, path))};`).join('\n') +
          `\nglobalThis.core = [${files.map((_, i) => `file${i}`)}];`
        : null,
  };
  const output = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [everything],
    build: {
      write: false,
      minify: false,
      target: 'es2024',
      rolldownOptions: { input: ENTRY, output: { format: 'iife', codeSplitting: false } },
    },
  });
  const chunks = (Array.isArray(output) ? output : [output]).flatMap((part) => ('output' in part ? part.output : []));
  const code = chunks.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n');
  const page = createContext(Object.fromEntries(BROWSER_GLOBALS.map((name) => [name, Reflect.get(globalThis, name)])));
  runInContext('globalThis.self = globalThis;', page);
  runInContext(code, page, { filename: 'core.js' });
  return runInContext('core.length', page) === files.length ? '' : 'Not every file of core was loaded.';
}
