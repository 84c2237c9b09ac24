import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { ClipPool } from '../jobs/clip-pool.ts';
import { EngineWarmth } from './engine-warmth.ts';
import { TestService } from './test-service.ts';

const NEVER = new AbortController().signal;
const log = { warn: () => {} };

test('the engine is warm once a work process has loaded it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-warmth-'));
  await using clips = new ClipPool(loadConfig({ ORATOR_DATA: folder }));
  const engine = new EngineWarmth(clips, true, log);
  expect(engine.isWarm).toBe(false);
  await engine.warm(NEVER);
  expect(engine.isWarm).toBe(true);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test('one that cannot be loaded is told, and leaving ends the tries', async () => {
  const leaving = new AbortController();
  const warned: unknown[] = [];
  const broken = async (): Promise<true> => {
    throw new Error('no networks');
  };
  const telling = {
    warn: (fields: unknown) => {
      warned.push(fields);
      leaving.abort();
    },
  };
  const engine = new EngineWarmth({ loadEngine: broken }, true, telling);
  await engine.warm(leaving.signal);
  expect([engine.isWarm, warned.length]).toEqual([false, 1]);
});

test('a service that makes no clips is ready without it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orator-warmth-'));
  await using service = await TestService.start({ ORATOR_DATA: folder, ORATOR_WORKERS: '0' });
  expect(await service.ask('/api/v1/ready')).toMatchObject({ status: 200, body: { checks: { engine: 'ok' } } });
}, 90_000);
