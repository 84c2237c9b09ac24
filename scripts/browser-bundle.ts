import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'vite';
import { ROOT } from './setup.mjs';
import { clientFiles, coreFiles } from './source-files.ts';

const ENTRY = 'virtual:all-for-browsers';

/** What a page and a worker both have; anything else that is reached for while loading fails here. */
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

/** Bundles every file of core and client for browsers and loads the result where there is no Node. Resolves to what is wrong, or to nothing. */
export async function bundleForBrowser(): Promise<string> {
  const files = [...coreFiles(), ...clientFiles()].map(({ path }) => path);
  const everything: Plugin = {
    name: 'all-for-browsers',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === ENTRY) return `\0${ENTRY}`;
      if (isBuiltin(id)) throw new Error(`${importer ?? 'A file'} imports ${id}, which browsers do not have.`);
      return null;
    },
    load: (id) =>
      id === `\0${ENTRY}`
        ? files.map((path, i) => `import * as file${i} from ${JSON.stringify(join(ROOT, path))};`).join('\n') +
          `\nglobalThis.loaded = [${files.map((_, i) => `file${i}`)}];`
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
  runInContext(code, page, { filename: 'bundle.js' });
  return runInContext('loaded.length', page) === files.length ? '' : 'Not every file was loaded.';
}
