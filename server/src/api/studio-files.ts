import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { App } from './app.ts';
import { CodedBody } from './coded-body.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const IS_CHECKOUT = import.meta.url.endsWith('.ts');
/** Of a checkout: what builds the studio, which an installed package brings along. */
const BUNDLER = new URL('../../../web/studio-bundle.ts', import.meta.url);
const BUNDLE = fileURLToPath(new URL('./web/studio/', import.meta.url));
/** Stands in the page for a word that is another one each time. */
const NONCE = '{nonce}';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.bin': 'application/octet-stream',
};

/** Everything comes from here; WebAssembly draws and finds faces; what a person chose or made lies in blobs. */
const rulesWith = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self' blob:",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The studio: its page at every address below `/studio`, its files, whose names change with what they hold, and the way there from `/`. */
export function studioFileRoutes(app: App): void {
  let reading: Promise<Files> | undefined;
  const files = () => {
    reading ??= readFiles();
    reading.catch(() => (reading = undefined)); // it is tried again for the next one
    return reading;
  };
  const bodies = new Map<string, CodedBody>();

  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/studio'));

  const page = async (_request: unknown, reply: FastifyReply) => {
    const html = Buffer.from(fileOf(await files(), 'index.html')).toString();
    const nonce = randomBytes(16).toString('base64url');
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', rulesWith(nonce))
      .header('referrer-policy', 'same-origin')
      .header('x-content-type-options', 'nosniff')
      .send(html.replaceAll(NONCE, nonce));
  };
  app.get('/studio', { schema: { hide: true } }, page);
  app.get('/studio/*', { schema: { hide: true } }, page);

  app.get(
    '/studio/assets/:name',
    { schema: { hide: true, params: z.object({ name: z.string().max(200) }) } },
    async (request, reply) => {
      const name = `assets/${request.params.name}`;
      fileOf(await files(), name);
      const body = bodies.get(name) ?? new CodedBody(async () => fileOf(await files(), name));
      bodies.set(name, body);
      reply
        .type(TYPES[extname(name)] ?? 'application/octet-stream')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('content-security-policy', rulesWith('none'))
        .header('x-content-type-options', 'nosniff');
      return body.send(request, reply, name);
    },
  );
}

async function readFiles(): Promise<Files> {
  if (IS_CHECKOUT) return (await import(BUNDLER.href)).cachedStudio();
  const names = (await readdir(BUNDLE, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(BUNDLE.length).replaceAll('\\', '/'), await readFile(path)] as const;
  });
  return new Map(await Promise.all(files));
}

/** @throws {OratorError} `request/unknown` when there is none of that name. */
function fileOf(files: Files, name: string): Uint8Array {
  const file = files.get(name);
  if (!file) throw new OratorError('request/unknown', `The studio has no file "${name}". Reload the page.`);
  return file;
}
