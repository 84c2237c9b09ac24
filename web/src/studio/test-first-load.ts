import { gzipSync } from 'node:zlib';

/** What may come before anything can be done, compressed. */
export const FIRST_LOAD_BYTES = 180_000;

/** The scripts of a bundle that come before a page can be used, by name: what it imports, and not what it fetches later. */
export function firstScripts(files: ReadonlyMap<string, Uint8Array>, page: string): readonly string[] {
  const text = (name: string) => Buffer.from(files.get(name)!).toString();
  const wanted = new Set<string>();
  const follow = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    // Static imports only: `import('./x.js')` comes later.
    for (const [, next] of text(name).matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) follow(`assets/${next}`);
  };
  for (const [, src] of text('index.html').matchAll(/src="\/studio\/(assets\/[\w-]+\.js)"/g)) follow(src!);
  follow([...files.keys()].find((name) => name.startsWith(`assets/${page}-page-`))!);
  return [...wanted];
}

/** How long they are together, compressed. */
export const compressedBytes = (files: ReadonlyMap<string, Uint8Array>, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + gzipSync(files.get(name)!).length, 0);
