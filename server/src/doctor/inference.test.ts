import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { onnxForTests } from '../runtime/onnx/test-onnx.ts';
import { findEngines } from './engines.ts';
import { findOnnxRuntime } from './inference.ts';

const ORATOR = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));

let folder: string;
beforeAll(async () => {
  onnxForTests();
  folder = await mkdtemp(join(tmpdir(), 'orator-doctor-test-'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('each provider runs, or it is said why not and how it is added', { timeout: 120_000 }, async () => {
  const config = loadConfig({ ORATOR_DATA: folder, ORATOR_ONNX_RUNTIME: onnxForTests() });
  const [runtime, ...providers] = await findOnnxRuntime(config);
  expect(runtime).toMatchObject({ state: 'ok', found: expect.stringContaining('cuda, then cpu') });
  expect(providers.map(({ what }) => what.trim())).toEqual(['on cuda', 'on tensorrt', 'on webgpu', 'on cpu']);
  expect(providers.at(-1)).toMatchObject({ state: 'ok', found: 'runs' });
  for (const { state, found, cure } of providers) {
    expect(state).not.toBe('problem'); // nothing of it stops clips from being made
    expect(found).not.toMatch(/\.cc:\d|See orator doctor/);
    expect(state === 'missing').toBe(cure !== undefined);
  }
});

test('without the runtime there is one finding, with the command that adds it', async () => {
  const config = loadConfig({ ORATOR_DATA: folder, ORATOR_ONNX_RUNTIME: join(folder, 'nowhere') });
  const findings = await findOnnxRuntime(config);
  expect(findings).toEqual([
    expect.objectContaining({ state: 'missing', cure: expect.stringContaining('npm install') }),
  ]);
  const [portrait, wav2lip] = await findEngines(config);
  expect(portrait).toMatchObject({ what: 'Engine portrait', state: 'ok' });
  expect(wav2lip).toMatchObject({
    state: 'missing',
    cure: expect.stringMatching(/^Run: orator models pull wav2lip-gan/),
  });
});

test('the runtime writes down nothing about who uses it', { timeout: 120_000 }, async () => {
  const [home, data] = [await mkdtemp(join(folder, 'home-')), await mkdtemp(join(folder, 'data-'))];
  const { ORT_DISABLE_TELEMETRY: _, ...rest } = process.env;
  const env = { ...rest, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ORATOR_ONNX_RUNTIME: onnxForTests() };
  const { stdout } = await promisify(execFile)(process.execPath, [ORATOR, 'doctor'], {
    env: { ...env, ORATOR_DATA: data },
  });
  expect(stdout).toContain('on cpu         runs');
  const written = await readdir(home, { recursive: true });
  expect(written.filter((name) => /microsoft|onnxruntime|deviceid/i.test(name))).toEqual([]);
});
