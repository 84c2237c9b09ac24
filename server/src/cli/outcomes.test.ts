import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ModelStore } from '../model-store/model-store.ts';
import { installWeights, writePainter } from '../model-store/test-weights.ts';
import { onnxForTests } from '../runtime/onnx/test-onnx.ts';
import { makeFaceVideo } from '../studio/video/test-face-video.ts';
import { startCli } from './test-cli.ts';

const FACE = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
/** Outcomes are told by whole clips: this one is as short as a word. */
const SPEECH = ['--text', 'Yes.'];

let folder: string;
/** Models folders: with good weights, with none, with damaged ones, and with some that are cut. */
const PLACES = ['good', 'none', 'damaged', 'cut'] as const;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-outcomes-'));
  onnxForTests();
  const painter = join(folder, 'painter.pth');
  await writePainter(painter, 96, [200, 60, 30]);
  await makeFaceVideo(join(folder, 'face.mp4'), { seconds: 0.4 });
  await mkdir(join(folder, 'none'));
  for (const place of ['good', 'damaged', 'cut']) await installWeights(join(folder, place), 'wav2lip', painter);
  await rm(painter);
  const fileIn = (place: string) => new ModelStore(join(folder, place)).fileOf('wav2lip');
  await using damaged = await open(fileIn('damaged'), 'r+');
  await damaged.write(Uint8Array.of(255), 0, 1, 5_000_000);
  await using cut = await open(fileIn('cut'), 'r+');
  await cut.truncate(5_000_000);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const NOT_SUCCESSFUL = '⚠️ This is NOT a successful talking head generation';
const FELL_BACK = '⚠️ FALLBACK VIDEO USED - Wav2Lip inference failed';
const EMERGENCY = '⚠️ USING EMERGENCY FALLBACK';
const COMMAND = /wav2lip_gan\.pth.*orator models pull wav2lip-gan --accept-licence/s;

interface Case {
  readonly place: (typeof PLACES)[number];
  /** After `make --engine wav2lip`. */
  readonly flags?: readonly string[];
  readonly runtime?: boolean;
  readonly code: 0 | 1 | 2;
  /** What it is called: an error's code, or an outcome. */
  readonly word: string;
  /** What is read on standard output, or where it failed on standard error. */
  readonly says: readonly (string | RegExp)[];
  readonly engine?: string;
}

const CASES: readonly Case[] = [
  { place: 'good', code: 0, word: 'success', says: [/✅ ACTUAL WAV2LIP SUCCESS: \S+clip\.mp4\n/], engine: 'wav2lip' },
  // Flags that keep it from fetching, or from failing, change nothing when the files are good.
  {
    ...{ place: 'good', flags: ['--force-local-models', '--fallback', 'portrait', '--no-interrupt'] },
    ...{ code: 0, word: 'success', says: ['ACTUAL WAV2LIP SUCCESS'], engine: 'wav2lip' },
  },
  { place: 'none', code: 1, word: 'model/licence', says: [COMMAND, 'non-commercial'] },
  { place: 'none', flags: ['--no-setup'], code: 1, word: 'model/missing', says: [COMMAND] },
  { place: 'none', flags: ['--force-local-models'], code: 1, word: 'model/missing', says: [COMMAND] },
  {
    ...{ place: 'none', flags: ['--no-setup', '--fallback', 'portrait'] },
    ...{ code: 2, word: 'fallback', says: [FELL_BACK, NOT_SUCCESSFUL, COMMAND], engine: 'portrait' },
  },
  {
    ...{ place: 'none', flags: ['--fallback', 'still'] },
    ...{ code: 2, word: 'fallback', says: [EMERGENCY, FELL_BACK, NOT_SUCCESSFUL], engine: 'still' },
  },
  { place: 'damaged', flags: ['--no-setup'], code: 1, word: 'model/invalid', says: [/is corrupt: its sha256 is/] },
  {
    ...{ place: 'damaged', flags: ['--no-setup', '--fallback', 'still'] },
    ...{ code: 2, word: 'fallback', says: [EMERGENCY, /is corrupt: its sha256 is/], engine: 'still' },
  },
  { place: 'cut', flags: ['--no-setup'], code: 1, word: 'model/missing', says: [COMMAND] },
  { place: 'good', runtime: false, code: 1, word: 'backend/none', says: ['npm install --ignore-scripts'] },
  {
    ...{ place: 'good', runtime: false, flags: ['--fallback', 'portrait'] },
    ...{ code: 2, word: 'fallback', says: [FELL_BACK, 'npm install --ignore-scripts'], engine: 'portrait' },
  },
];

describe('every outcome has its exit code and its words, and no other', { timeout: 120_000 }, () => {
  test.each(CASES)(
    '$place $flags: exit $code, $word',
    async ({ place, flags = [], runtime = true, code, word, says, engine }) => {
      const where = await mkdtemp(join(folder, 'case-'));
      const clip = join(where, 'clip.mp4');
      const env = {
        ORATOR_DATA: join(folder, 'data'),
        ORATOR_MODELS: join(folder, place),
        ORATOR_BACKEND: 'cpu',
        ORATOR_ONNX_RUNTIME: runtime ? onnxForTests() : join(folder, 'nowhere'),
      };
      const subject = ['--video', join(folder, 'face.mp4')];
      const args = ['make', '--engine', 'wav2lip', ...subject, ...SPEECH, '-o', clip];
      const said = await startCli([...args, ...flags], env).done;
      expect({ code: said.code, err: code === 1 ? '' : said.err }).toEqual({ code, err: '' });
      for (const words of says) expect(code === 1 ? said.err : said.out).toMatch(words);
      if (code === 1) {
        expect(said.err.startsWith(`${word}: `)).toBe(true);
        expect(await readdir(where)).toEqual([]);
      } else {
        const receipt = JSON.parse(await readFile(`${clip}.json`, 'utf8'));
        expect(receipt).toMatchObject({ outcome: word, engine });
        expect(receipt.reason === undefined).toBe(word === 'success');
      }
      if (code !== 0) expect(`${said.out}${said.err}`.replaceAll(NOT_SUCCESSFUL, '')).not.toMatch(/success/i);
      if (code !== 2) expect(`${said.out}${said.err}`).not.toMatch(/fallback/i);
    },
  );

  test('in one JSON object, and silently, it is the same', async () => {
    const env = { ORATOR_DATA: join(folder, 'data'), ORATOR_MODELS: join(folder, 'none') };
    const clip = join(await mkdtemp(join(folder, 'case-')), 'clip.mp4');
    const args = ['make', '--engine', 'wav2lip', '--image', FACE, ...SPEECH, '-o', clip, '--no-setup'];
    const failed = await startCli([...args, '--json'], env).done;
    expect([failed.code, JSON.parse(failed.out)]).toMatchObject([
      1,
      { outcome: 'error', error: { code: 'model/missing' } },
    ]);
    const made = await startCli([...args, '--json', '--fallback', 'still'], env).done;
    expect([made.code, JSON.parse(made.out)]).toMatchObject([2, { outcome: 'fallback', engine: 'still' }]);
    const silent = await startCli([...args, '--silent', '--no-interrupt', '--fallback', 'still'], env).done;
    expect(silent).toEqual({ code: 2, out: '', err: '' });
  });

  test('names of the old program mean the old program', async () => {
    const env = { ORATOR_DATA: join(folder, 'data') };
    const where = await mkdtemp(join(folder, 'case-'));
    const audio = fileURLToPath(new URL('../../../fixtures/speech/hello.wav', import.meta.url));
    const old = [
      '--source_image',
      FACE,
      '--driven_audio',
      audio,
      '--force-local-models',
      '-o',
      join(where, 'clip.mp4'),
    ];
    expect(await startCli(old, env).done).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^engine\/unavailable: /),
    });
    const { code, out } = await startCli([...old, '--fallback', 'still'], env).done;
    expect(code).toBe(2);
    expect(out).toContain('⚠️ FALLBACK VIDEO USED - SadTalker inference failed');
  });
});
