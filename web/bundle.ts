import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Modules that pages load, each whole in one file. */
const MODULES = { 'player.js': 'src/player/player.ts', 'player-page.js': 'src/page/player-page.ts' } as const;
/** Files that are served as they are. */
const FILES = { 'player.html': 'src/page/player.html', 'player-page.css': 'src/page/player-page.css' } as const;

/** Builds what the service gives to browsers: text by file name. */
export async function bundleWeb(): Promise<ReadonlyMap<string, string>> {
  const modules = Object.entries(MODULES).map(
    async ([name, entry]) => [name, await bundleModule(place(entry))] as const,
  );
  const files = Object.entries(FILES).map(async ([name, path]) => [name, await readFile(place(path), 'utf8')] as const);
  return new Map(await Promise.all([...modules, ...files]));
}

async function bundleModule(entry: string): Promise<string> {
  const output = (await build({
    configFile: false,
    root: place('.'),
    logLevel: 'warn',
    worker: { format: 'es' },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rolldownOptions: { external: ['/player.js'], output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput[];
  return output
    .flatMap((part) => part.output)
    .map((chunk) => (chunk.type === 'chunk' ? chunk.code : ''))
    .join('\n');
}
