import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { keepTrial } from '../runtime/onnx/precision-record.ts';
import { findTrials } from './precision.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-doctor-trials-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what trials of fp16 found is told, once there were some', async () => {
  const config = loadConfig({ ORATOR_MODELS: folder });
  expect(await findTrials(config)).toEqual([]);
  const networks = join(folder, 'wav2lip', 'networks');
  await mkdir(networks, { recursive: true });
  const path = join(networks, 'speak-0123456789abcdef-fp16-01234567.trials.json');
  const place = { provider: 'cuda', device: 'a card; number 0', runtime: '1.30.0' };
  await keepTrial(path, place, { fp32Ms: 9, fp16Ms: 5, difference: 0.0004 }, new Date(0));
  await keepTrial(path, { ...place, provider: 'webgpu' }, { fp32Ms: 9, fp16Ms: 9, difference: 0 }, new Date(0));
  expect(await findTrials(config)).toMatchObject([
    { what: 'Trials of fp16', state: 'ok', found: 'ORATOR_PRECISION is auto' },
    { what: '  fp16 of wav2lip, speak', found: 'cuda, fp16: 1.8x quicker, differs by 0.0004 (a card; number 0)' },
    { found: 'webgpu, fp32: fp16 is 1.00x as quick, less than 1.1x (a card; number 0)' },
  ]);
});
