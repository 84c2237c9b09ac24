import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

const CLI = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));
const run = promisify(execFile);

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-cli-key-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

/** Runs `orator key … --json` and reads its answer. */
async function key(...args: string[]) {
  const env = { ...process.env, ORATOR_DATA: data };
  const { stdout } = await run(process.execPath, [CLI, 'key', ...args, '--json'], { env }).catch(
    (failed: { readonly stdout: string }) => failed,
  );
  return JSON.parse(stdout) as {
    readonly id: string;
    readonly key: string;
    readonly keys: readonly { readonly name: string; readonly revokedAt: string | null }[];
    readonly error?: { readonly code: string };
  };
}

test('keys are made, listed and revoked through the running server', async () => {
  await using service = await TestService.start({ ORATOR_DATA: data, ORATOR_AUTH: 'keys', ORATOR_WORKERS: '0' });
  const made = await key('create', 'a program', '--scopes', 'read', '--requests-per-minute', '1');
  const headers = { authorization: `Bearer ${made.key}` };
  expect((await service.ask('/api/v1/jobs', { headers })).status).toBe(200);
  expect((await service.ask('/api/v1/jobs', { headers })).status).toBe(429);
  await key('revoke', made.id);
  expect((await service.ask('/api/v1/jobs', { headers })).status).toBe(401);
  const { keys } = await key('list');
  expect(keys.find(({ name }) => name === 'a program')).toMatchObject({ revokedAt: expect.any(String) });
  expect((await key('create', 'x', '--scopes', 'dance')).error).toMatchObject({ code: 'request/invalid' });
  expect((await key('create', 'x', '--jobs', 'many')).error).toMatchObject({ code: 'request/invalid' });
}, 120_000);
