import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import { build, type Rolldown } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, '.cache', 'studio');
/** What the bundle is made of: when one of these changes, so does it. */
const SOURCES = ['{web,core,client}/src/**/*.{ts,tsx,css,html,bin,svg,json}', 'web/*.{ts,json}', 'package-lock.json'];

/** What others ask to have told of their work: all that the bundle holds of it. */
const LICENCES = 'licences.md';
/** A font is no module, and so is not in the list that the bundler makes. */
const FONT = '@fontsource-variable/noto-naskh-arabic';
/** "use client", which packages say to servers that draw pages. */
const SERVER_REMARK = 'MODULE_LEVEL_DIRECTIVE';

/** Builds the studio: files by their path below `/studio/`. */
export async function bundleStudio(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { output } = (await build({
    configFile: false,
    root: join(ROOT, 'web', 'src', 'studio'),
    base: '/studio/',
    logLevel: 'warn',
    plugins: [tailwind()],
    // Whatever the program that asks is there for: tests want what people get.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    worker: { format: 'es' },
    html: { cspNonce: '{nonce}' },
    build: {
      write: false,
      license: { fileName: LICENCES },
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0, // the rules of the page let nothing in that comes along as data, pictures apart
      rolldownOptions: { onLog: (level, log, tell) => log.code === SERVER_REMARK || tell(level, log) },
    },
  })) as Rolldown.RolldownOutput;
  const files = output.map(
    (file) => [file.fileName, bytesOf(file.type === 'chunk' ? file.code : file.source)] as const,
  );
  const font = await readFile(createRequire(import.meta.url).resolve(`${FONT}/LICENSE`));
  const licences = Buffer.concat([new Map(files).get(LICENCES)!, Buffer.from(`\n\n## ${FONT}\n\n`), font]);
  return new Map([...files, [LICENCES, licences]]);
}

/** The same from the cache of the checkout, where the sources are as they were; built and kept there otherwise. */
export async function cachedStudio(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = join(CACHE, await keyOfSources());
  return (await readFolder(folder)) ?? keep(folder, await bundleStudio());
}

async function keyOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort())
    hash.update(path).update(await readFile(join(ROOT, path)));
  return hash.digest('hex').slice(0, 32);
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, Uint8Array> | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  if (!entries) return null;
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = files.map(async (file) => [nameIn(folder, file), await readFile(file)] as const);
  return new Map(await Promise.all(named));
}

/** Puts a bundle into the cache in place of those before it. Two processes may do so at once. */
async function keep(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<ReadonlyMap<string, Uint8Array>> {
  const part = `${folder}.${process.pid}.part`;
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(part, name)), { recursive: true });
    await writeFile(join(part, name), bytes);
  }
  const before = (await readdir(CACHE)).filter((name) => !name.endsWith('.part'));
  await rename(part, folder).catch(() => rm(part, { recursive: true })); // another process was quicker
  for (const name of before) {
    if (join(CACHE, name) !== folder) await rm(join(CACHE, name), { recursive: true, force: true });
  }
  return files;
}

const nameIn = (folder: string, file: string) => file.slice(folder.length + 1).replaceAll('\\', '/');

const bytesOf = (source: string | Uint8Array) => (typeof source === 'string' ? Buffer.from(source) : source);
