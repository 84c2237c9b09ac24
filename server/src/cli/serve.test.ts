import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestService } from '../service/test-service.ts';

test('who is told to stop says so as long as it was asked to, and then leaves', async () => {
  const env = { ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-leave-')), ORATOR_WORKERS: '0' };
  await using leaving = await TestService.start({ ...env, ORATOR_LEAVE_SECONDS: '3' });
  const end = leaving.end('SIGTERM');
  const ready = async () => (await leaving.ask('/api/v1/ready')).body;
  await expect.poll(ready).toMatchObject({ status: 'not ready', draining: true });
  expect(await end).toBe(0);
}, 90_000);

test('a port that is taken is said with the setting to change', async () => {
  const own = async () => ({ ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-taken-')), ORATOR_WORKERS: '0' });
  await using first = await TestService.start(await own());
  const again = { ...(await own()), ORATOR_PORT: new URL(first.url).port };
  await expect(TestService.start(again)).rejects.toThrow('set ORATOR_PORT to another one');
}, 90_000);
