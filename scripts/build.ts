import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { makeBlankArchive } from '../server/src/store/blank-database.ts';
import { bundleWeb } from '../web/bundle.ts';
import { bundleStudio } from '../web/studio-bundle.ts';
import { writeClientPackage } from './client-package.ts';
import { writePlayerPackage } from './player-package.ts';
import { ROOT } from './setup.mjs';

/** Where the installable package keeps what it runs. */
const DIST = join(ROOT, 'server', 'dist');
/** Programs of the package: each runs in a process or thread of its own, so each is a file that its starter finds beside itself. */
const PROGRAMS = {
  cli: 'server/src/cli/main.ts',
  'espeak-process': 'server/src/voices/espeak-process.ts',
  'paint-program': 'server/src/studio/paint-program.ts',
  'onnx-program': 'server/src/runtime/onnx/onnx-program.ts',
  'clip-process': 'server/src/jobs/clip-process.ts',
} as const;

const manifest = JSON.parse(readFileSync(join(ROOT, 'server', 'package.json'), 'utf8'));
const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
const isInstalled = (id: string) => installed.some((name) => id === name || id.startsWith(`${name}/`));

rmSync(DIST, { recursive: true, force: true });
await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: DIST,
    target: 'node24',
    minify: false, // a stack trace should name what it passed through
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, path]) => [name, join(ROOT, path)])),
      external: (id) => isBuiltin(id) || isInstalled(id),
      output: { format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true },
});
mkdirSync(join(DIST, 'models'), { recursive: true });
cpSync(join(ROOT, 'core', 'models', 'visemes.bin'), join(DIST, 'models', 'visemes.bin'));
cpSync(join(ROOT, 'fixtures', 'portrait.jpg'), join(DIST, 'portrait.jpg')); // the face where nobody names one
mkdirSync(join(DIST, 'web'));
const web = await bundleWeb();
for (const [name, text] of web) writeFileSync(join(DIST, 'web', name), text);
for (const [name, bytes] of await bundleStudio()) {
  const file = join(DIST, 'web', 'studio', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
await makeBlankArchive(DIST);
cpSync(join(ROOT, 'LICENSE'), join(ROOT, 'server', 'LICENSE'));
await writeClientPackage(join(ROOT, 'client', 'dist'));
await writePlayerPackage(join(ROOT, 'web', 'dist'), web.get('player.js')!);
console.log('server/dist holds the package; `npm pack -w server` packs it.');
console.log('web/dist is the package of the player; `npm pack ./web/dist` packs it.');
console.log('client/dist is the package of the client; `npm pack ./client/dist` packs it.');
