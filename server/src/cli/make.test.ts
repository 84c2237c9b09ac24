import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hertz } from '@orator/core/base/units';
import { parseWav, writeWav } from '@orator/core/media/wav';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { startCli } from './test-cli.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const FACE = join(FIXTURES, 'portrait.jpg');
const SPEECH = join(FIXTURES, 'speech', 'hello.wav');
const RATE = hertz(16_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  startCli(args, { ORATOR_DATA: join(folder, 'data'), ...env });

const run = (...args: string[]) => start(args).done;

const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
const decode = (...args: string[]) =>
  execFileSync(ffmpeg.path, ['-v', 'error', '-nostdin', ...args, '-'], { maxBuffer: 1 << 30 });

/** An empty folder of its own, so that a test can say what was left in it. */
const emptyFolder = () => mkdtemp(join(folder, 'case-'));

async function wav(name: string, pcm: Float32Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, writeWav(pcm, RATE));
  return path;
}

/** By how many samples `heard` is later than `said`, within ± `reach`: where they agree best. */
function bestLag(said: Float32Array, heard: Int16Array, reach: number): number {
  let best = { lag: 0, score: -Infinity };
  for (let lag = -reach; lag <= reach; lag += 4) {
    let score = 0;
    for (let i = reach; i < said.length - reach; i += 3) score += said[i]! * (heard[i + lag] ?? 0);
    if (score > best.score) best = { lag, score };
  }
  return best.lag;
}

describe('orator make', () => {
  test('makes a clip with its receipt from a picture and a recording, and says so in one JSON object', async () => {
    const out = join(await emptyFolder(), 'clip.mp4');
    const { code, out: said, err } = await run('make', '--image', FACE, '--audio', SPEECH, '-o', out, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const result = JSON.parse(said);
    expect(result).toMatchObject({ outcome: 'success', clip: out, engine: 'portrait' });
    expect(JSON.parse(await readFile(`${out}.json`, 'utf8'))).toEqual(result.receipt);
    const bytes = await readFile(out);
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat')); // fast start
    expect(bytes.includes(result.receipt.subject.sha256)).toBe(true); // the receipt travels inside too
    expect(result.receipt.clip.frames).toBe(Math.ceil(result.receipt.clip.seconds * 25 - 1e-6));
  });

  test('talks while there is speech, keeps its mouth shut while there is none, and plays the sound where it was', async () => {
    const { pcm } = parseWav(await readFile(SPEECH));
    const spoken = new Float32Array(RATE + pcm.length + RATE); // a second of silence before and after
    spoken.set(pcm, RATE);
    const out = join(await emptyFolder(), 'clip.mp4');
    const args = ['--head-motion', '0', '--blink', '0', '--gaze', 'camera', '--crop', 'square', '--json'];
    const made = await run('make', '--image', FACE, '--audio', await wav('padded.wav', spoken), '-o', out, ...args);
    const { clip } = JSON.parse(made.out).receipt;

    const heard = decode('-i', out, '-f', 's16le', '-ac', '1', '-ar', String(RATE));
    const samples = new Int16Array(heard.buffer, heard.byteOffset, heard.length >> 1);
    expect(Math.abs(bestLag(spoken, samples, 0.05 * RATE)) / RATE).toBeLessThanOrEqual(0.005);

    const { width, height } = clip;
    const grey = decode('-i', out, '-f', 'rawvideo', '-pix_fmt', 'gray');
    expect(grey.length).toBe(clip.frames * width * height);
    // The mouth lies in the middle of the lower half of a square crop.
    const change = (frame: number) => {
      let sum = 0;
      for (let y = Math.round(height * 0.52); y < height * 0.72; y++) {
        for (let x = Math.round(width * 0.35); x < width * 0.65; x++) {
          const at = (frame * height + y) * width + x;
          sum += Math.abs(grey[at]! - grey[at - height * width]!);
        }
      }
      return sum / (0.2 * height * 0.3 * width);
    };
    const mean = (from: number, to: number) => {
      let sum = 0;
      for (let frame = from; frame < to; frame++) sum += change(frame);
      return sum / (to - from);
    };
    const speech = mean(30, clip.frames - 35);
    expect(speech).toBeGreaterThan(1);
    expect(mean(3, 20)).toBeLessThan(speech / 4);
    expect(mean(clip.frames - 15, clip.frames)).toBeLessThan(speech / 4);
  });

  test('reads the recording from standard input', async () => {
    const out = join(await emptyFolder(), 'clip.mp4');
    const running = start(['make', '--image', FACE, '--audio', '-', '-o', out, '--json']);
    running.process.stdin?.end(await readFile(SPEECH));
    const { code, out: said } = await running.done;
    expect(code).toBe(0);
    expect(JSON.parse(said).receipt.timing).toBe('audio');
  });

  test('speaks a text, and the same request gives the same frames', async () => {
    const folderOfTwo = await emptyFolder();
    const args = ['make', '--image', FACE, '--text', 'Maybe we should map it.', '--emotion', 'happy', '--json', '-o'];
    const first = await run(...args, join(folderOfTwo, 'a.mp4'));
    const second = await run(...args, join(folderOfTwo, 'b.mp4'));
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(JSON.parse(first.out).receipt).toMatchObject({ timing: 'synthesised', voice: 'en-us' });
    const media = async (name: string) => {
      const bytes = await readFile(join(folderOfTwo, name));
      return bytes.subarray(bytes.indexOf('mdat')); // the receipts differ in their times
    };
    expect((await media('a.mp4')).equals(await media('b.mp4'))).toBe(true);
  });

  test('never quietly becomes another engine: old SadTalker calls fail, or say that they fell back', async () => {
    const out = join(await emptyFolder(), 'clip.mp4');
    const old = ['--source_image', FACE, '--driven_audio', SPEECH, '--no-interrupt', '--silent', '-o', out];
    expect(await run('make', ...old)).toMatchObject({ code: 1, err: expect.stringMatching(/^engine\/unavailable: /) });
    expect(await run(...old, '--fallback', 'portrait')).toMatchObject({ code: 2, out: '', err: '' });
    const receipt = JSON.parse(await readFile(`${out}.json`, 'utf8'));
    expect(receipt).toMatchObject({ outcome: 'fallback', engine: 'portrait', requested: 'sadtalker' });
  });
});

describe('wrong input is refused with a code, a sentence and no file', () => {
  const cases: [string, () => Promise<string[]>, string][] = [
    ['a picture that is not one', async () => ['--image', SPEECH, '--audio', SPEECH], 'image/unreadable'],
    ['a picture that is not there', async () => ['--image', 'nowhere.jpg', '--audio', SPEECH], 'image/unreadable'],
    ['a recording that is not one', async () => ['--image', FACE, '--audio', FACE], 'audio/unreadable'],
    [
      'an empty recording',
      async () => ['--image', FACE, '--audio', await wav('empty.wav', new Float32Array(0))],
      'audio/empty',
    ],
    [
      'a silent recording',
      async () => ['--image', FACE, '--audio', await wav('silent.wav', new Float32Array(16_000))],
      'audio/silent',
    ],
    [
      'a recording past the limit',
      async () => ['--image', FACE, '--audio', SPEECH, '--max-duration', '0.5'],
      'audio/too-long',
    ],
    [
      'a text past the limit',
      async () => ['--image', FACE, '--text', 'Hello', '--max-duration', '0.3'],
      'audio/too-long',
    ],
    ['a text without words', async () => ['--image', FACE, '--text', '…'], 'text/unspeakable'],
    ['a script the voice cannot read', async () => ['--image', FACE, '--text', '你好，世界'], 'text/unspeakable'],
    ['a voice nobody has', async () => ['--image', FACE, '--text', 'Hello', '--voice', 'xx-nobody'], 'voice/unknown'],
    ['an option out of range', async () => ['--image', FACE, '--text', 'Hello', '--fps', '100'], 'request/invalid'],
    ['no speech at all', async () => ['--image', FACE], 'request/invalid'],
    ['an ffmpeg that is not there', async () => ['--image', FACE, '--text', 'Hello'], 'ffmpeg/missing'],
  ];
  test.each(cases)('%s', async (_name, args, code) => {
    const where = await emptyFolder();
    const env: Record<string, string> = code === 'ffmpeg/missing' ? { ORATOR_FFMPEG: join(where, 'no-ffmpeg') } : {};
    const { code: exit, out, err } = await start(['make', ...(await args()), '-o', join(where, 'clip.mp4')], env).done;
    expect({ exit, out: out.replace(/^\s*\d+ %.*$/gm, '').trim() }).toEqual({ exit: 1, out: '' });
    expect(err).toMatch(new RegExp(`^${code}: [A-Z“"][^\\n]+[.)]\\n$`));
    expect(await readdir(where)).toEqual([]);
  });

  test('a place that cannot be written, before any work', async () => {
    const { code, err } = await run(
      'make',
      '--image',
      FACE,
      '--text',
      'Hello',
      '-o',
      join(folder, 'no', 'such', 'folder', 'x.mp4'),
    );
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^output\/unwritable: /) });
  });
});

describe('a clip that is stopped', () => {
  const long = 'Many words make a long clip. '.repeat(60);
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 300 && !(await condition()); i++) await pause(50);
  };

  test('leaves nothing after Ctrl-C, and no process', async () => {
    const where = await emptyFolder();
    const running = start(['make', '--image', FACE, '--text', long, '-o', join(where, 'clip.mp4')]);
    await until(async () => (await readdir(where)).length > 0);
    running.process.kill('SIGINT');
    expect(await running.done).toMatchObject({ code: 130, err: expect.stringMatching(/^cancelled: /) });
    expect(await readdir(where)).toEqual([]);
  });

  test('leaves nothing under its name after kill -9, and the next run clears the rest', async () => {
    const where = await emptyFolder();
    const running = start(['make', '--image', FACE, '--text', long, '-o', join(where, 'clip.mp4')]);
    await until(async () => (await readdir(where)).length > 0);
    running.process.kill('SIGKILL');
    await running.done;
    expect(await readdir(where)).not.toContain('clip.mp4');
    expect(
      (await run('make', '--image', FACE, '--text', 'Hi there.', '--quiet', '-o', join(where, 'next.mp4'))).code,
    ).toBe(0);
    expect((await readdir(where)).sort()).toEqual(['next.mp4', 'next.mp4.json']);
  });
});
