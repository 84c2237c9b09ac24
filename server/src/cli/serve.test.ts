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
