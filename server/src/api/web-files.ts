import { readFile } from 'node:fs/promises';
import { VERSION } from '../version.ts';
import type { App } from './app.ts';
import { CodedBody } from './coded-body.ts';

/** What browsers get, by its address: a file of the bundle of `web`, and its type. */
const FILES = {
  '/player': { file: 'player.html', type: 'text/html; charset=utf-8' },
  '/player.js': { file: 'player.js', type: 'text/javascript; charset=utf-8' },
  '/player-page.js': { file: 'player-page.js', type: 'text/javascript; charset=utf-8' },
  '/player-page.css': { file: 'player-page.css', type: 'text/css; charset=utf-8' },
} as const;
const IS_CHECKOUT = import.meta.url.endsWith('.ts');
/** Of a checkout: what builds the bundle, which an installed package brings along. */
const BUNDLER = new URL('../../../web/bundle.ts', import.meta.url);
const BUNDLE = new URL('./web/', import.meta.url);

/** The element `<orator-player>` at `/player.js`, which any page may load, and a page that shows it at `/player`. */
export function webFileRoutes(app: App): void {
  let bundle: Promise<ReadonlyMap<string, string>> | undefined;
  const read = async (file: string) => {
    if (!IS_CHECKOUT) return readFile(new URL(file, BUNDLE));
    bundle ??= import(BUNDLER.href).then(({ bundleWeb }) => bundleWeb());
    return Buffer.from((await bundle!).get(file)!);
  };
  // A checkout changes between two starts, a package does not.
  const tag = IS_CHECKOUT ? `${VERSION}-${Date.now().toString(36)}` : VERSION;
  for (const [path, { file, type }] of Object.entries(FILES)) {
    const body = new CodedBody(() => read(file));
    app.get(path, { schema: { hide: true } }, (request, reply) => {
      reply.type(type).header('cache-control', 'no-cache').header('access-control-allow-origin', '*');
      return body.send(request, reply, tag);
    });
  }
}
