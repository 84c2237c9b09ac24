import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackPortrait } from '@orator/core/live/portrait-packet';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));

let data: string;
let service: TestService;
let path: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-portrait-'));
  service = await TestService.start({ ORATOR_DATA: data, ORATOR_WORKERS: '0', ORATOR_AUTH: 'keys' });
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });
const keyFor = async (scopes: string[]) => {
  const admin = /key {12}(\S+)/.exec(service.said)![1]!;
  const body = { name: scopes.join(), scopes };
  return String((await service.ask('/api/v1/keys', { body, headers: headersOf(admin) })).body.key);
};

test('a viewer gets what drawing takes once, compressed, and only from a session of his own', async () => {
  const [owner, stranger] = await Promise.all([keyFor(['create', 'read']), keyFor(['create', 'read'])]);
  const form = new FormData();
  form.append('config', JSON.stringify({ max_size: 256 }));
  form.append('file', new Blob([await readFile(PORTRAIT)]), 'face.jpg');
  const { body } = await service.ask('/api/v1/stream/sessions', { body: form, headers: headersOf(owner) });
  path = `/api/v1/stream/sessions/${body.session_id}/portrait`;
  const ask = (headers: Record<string, string>) => fetch(service.url + path, { headers });

  const sizes: Record<string, number> = {};
  for (const coding of ['identity', 'gzip', 'br']) {
    const answer = await ask({ ...headersOf(owner), 'accept-encoding': coding });
    expect(answer.headers.get('content-encoding') ?? 'identity').toBe(coding);
    sizes[coding] = Number(answer.headers.get('content-length'));
    const { placement, prepared, still } = unpackPortrait(new Uint8Array(await answer.arrayBuffer()));
    const { width, height } = await sharp(still.bytes).metadata();
    expect({ width, height }).toEqual({ width: body.width, height: body.height });
    expect([placement.width, placement.height]).toEqual([width, height]);
    expect(prepared.faceTriangles.length).toBeGreaterThan(1000);
  }
  expect(sizes.br).toBeLessThan(sizes.gzip!);
  expect(sizes.gzip).toBeLessThan(sizes.identity! / 2);

  const tag = (await ask(headersOf(owner))).headers.get('etag')!;
  const again = await ask({ ...headersOf(owner), 'if-none-match': tag });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  expect((await ask(headersOf(stranger))).status).toBe(404);
  expect((await ask({})).status).toBe(401);
});

test('the element is served to anybody, and to pages from elsewhere', async () => {
  const element = await fetch(`${service.url}/player.js`);
  expect(element.headers.get('content-type')).toMatch('text/javascript');
  expect(element.headers.get('access-control-allow-origin')).toBe('*');
  expect(await element.text()).toContain('orator-player');
  expect(await (await fetch(`${service.url}/player`)).text()).toContain('<orator-player');
});
