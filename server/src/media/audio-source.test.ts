import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { OratorError } from '@orator/core/base/errors';
import { randomFrom } from '@orator/core/base/random';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';
import { afterAll, describe, expect, test } from 'vitest';
import { openAudio } from './audio-source.ts';
import { type Ffmpeg, findFfmpeg } from './ffmpeg.ts';

const run = promisify(execFile);
const ffmpeg = await findFfmpeg({ ffmpeg: process.env.ORATOR_FFMPEG, path: process.env.PATH ?? '' });
const folder = await mkdtemp(join(tmpdir(), 'orator-audio-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const RATE = hertz(16_000);
/** A tone with a click in its middle. */
const speechLike = (length: number) =>
  Float32Array.from({ length }, (_, i) => (i === length / 2 ? 1 : 0.1 * Math.sin(i / 5)));
const TWO_SECONDS = writeWav(speechLike(2 * RATE), RATE);

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** The tone in another format, made by ffmpeg. */
async function converted(name: string, ...args: string[]): Promise<string> {
  const path = join(folder, name);
  const source = await file('tone.wav', TWO_SECONDS);
  await run(ffmpeg.path, ['-v', 'error', '-y', '-i', source, ...args, path]);
  return path;
}

interface Options {
  readonly maxSeconds?: number;
  readonly signal?: AbortSignal;
  readonly program?: Ffmpeg;
}

async function read(source: string | Readable, { maxSeconds = 0, signal, program = ffmpeg }: Options = {}) {
  await using audio = await openAudio(program, source, { maxSeconds, signal: signal ?? new AbortController().signal });
  const chunks = [];
  for await (const chunk of audio.chunks()) chunks.push(chunk);
  const pcm = Float32Array.from(chunks.flatMap((chunk) => [...chunk.pcm]));
  return { pcm, chunks, info: audio.info };
}

/** The code and sentence that reading a source ends with. */
async function refusal(source: string | Readable, options: Options = {}): Promise<string> {
  return read(source, options).then(
    ({ pcm }) => `read ${pcm.length} samples`,
    (error: OratorError) => `${error.code}: ${error.message}`,
  );
}

const loudestIn = (pcm: Float32Array) =>
  pcm.reduce((best, sample, i) => (Math.abs(sample) > Math.abs(pcm[best]!) ? i : best), 0);

describe('reading sound', () => {
  test('gives mono chunks of 0.1 s at 48 kHz that adjoin, without delay', async () => {
    const { pcm, chunks, info } = await read(await file('plain.wav', TWO_SECONDS));
    expect(info).toEqual({ container: 'wav', codec: 'pcm_s16le', rate: 16_000, seconds: 2, alone: true });
    expect(pcm.length).toBe(96_000);
    expect(chunks.map(({ pcm: part }) => part.length)).toEqual(Array(20).fill(4800));
    chunks.forEach(({ at }, i) => {
      expect(at).toBeCloseTo(i / 10, 9);
    });
    expect(Math.abs(loudestIn(pcm) - 48_000)).toBeLessThanOrEqual(2);
  });

  test.each([
    ['MP3', 'tone.mp3', ['-c:a', 'libmp3lame']],
    ['M4A', 'tone.m4a', ['-c:a', 'aac']],
    ['FLAC', 'tone.flac', []],
    ['Ogg', 'tone.ogg', ['-c:a', 'libopus']],
    ['MP3 at 44.1 kHz in stereo', 'stereo.mp3', ['-c:a', 'libmp3lame', '-ar', '44100', '-ac', '2']],
    ['the sound of a video', 'video.mp4', ['-f', 'lavfi', '-i', 'color=s=64x64:d=2', '-c:v', 'libx264', '-c:a', 'aac']],
    ['the sound of a WebM', 'video.webm', ['-c:a', 'libopus']],
  ])('reads %s, its delay taken out', async (_, name, args) => {
    const { pcm } = await read(await converted(name, ...args));
    expect(Math.abs(pcm.length / 48_000 - 2)).toBeLessThan(0.1);
    expect(Math.abs(loudestIn(pcm) / 48_000 - 1)).toBeLessThan(0.005); // Opus smears a click by 4 ms
  });

  test('reads a pipe that comes in small pieces', async () => {
    const pieces = async function* () {
      for (let at = 0; at < TWO_SECONDS.length; at += 999) yield Buffer.from(TWO_SECONDS.subarray(at, at + 999));
    };
    expect((await read(Readable.from(pieces()))).pcm.length).toBe(96_000);
  });

  test('reads a pipe with an M4A whose index is at its end', async () => {
    const bytes = await readFile(await converted('piped.m4a', '-c:a', 'aac'));
    expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'));
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('orator-spool-'));
    expect(loudestIn((await read(Readable.from([bytes]))).pcm)).toBeGreaterThan(47_000);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('orator-spool-'))).toEqual(before);
  });

  test('a very short one is still there when its reader comes late', async () => {
    const brief = await file('brief.wav', writeWav(speechLike(RATE / 5), RATE));
    await using audio = await openAudio(ffmpeg, brief, { maxSeconds: 0, signal: new AbortController().signal });
    await pause(200);
    let count = 0;
    for await (const { pcm } of audio.chunks()) count += pcm.length;
    expect(count).toBe(9600);
  });

  test('a video whose sound ends before its pictures is whole', async () => {
    const path = await converted(
      'short.mp4',
      '-f',
      'lavfi',
      '-i',
      'color=s=64x64:d=5',
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
    );
    const { pcm, info } = await read(path);
    expect(info).toMatchObject({ seconds: 5, alone: false });
    expect(Math.abs(pcm.length / 48_000 - 2)).toBeLessThan(0.1);
  });

  test('long tags, also such that look like messages, are no hindrance', async () => {
    const title = `${'x'.repeat(20_000)}\nInput #0, list, from nowhere\n  Duration: 99:00:00.00, start`;
    const path = await converted('tags.flac', '-metadata', `title=${title}`, '-metadata', `artist=${title}`);
    expect((await read(path)).info).toMatchObject({ container: 'flac', seconds: 2 });
  });

  test('an MP3 with a picture on its cover is sound alone', async () => {
    const cover = join(folder, 'cover.png');
    await run(ffmpeg.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=s=64x64:d=1', '-frames:v', '1', cover]);
    const path = await converted(
      'cover.mp3',
      '-i',
      cover,
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-c:v',
      'copy',
      '-c:a',
      'libmp3lame',
    );
    expect((await read(path)).info).toMatchObject({ alone: true });
  });

  test('floating-point samples beyond full scale, or that are no numbers, are tamed', async () => {
    const wild = await converted('wild.wav', '-c:a', 'pcm_f32le');
    const bytes = await readFile(wild);
    const at = bytes.indexOf('data') + 8;
    for (let i = 0; i < 8000; i++) bytes.writeFloatLE(i % 100 === 0 ? Number.NaN : 40, at + i * 4);
    await writeFile(wild, bytes);
    const { pcm } = await read(wild);
    expect(pcm.every((sample) => Math.abs(sample) <= 1)).toBe(true);
  });

  test.each(['concat:a.wav|b.wav', '-i', 'http:x.wav', 'a%d.wav', "it's; $(here).wav"])(
    'a file may be called %s',
    async (name) => {
      expect((await read(await file(name.replaceAll('/', '_'), TWO_SECONDS))).pcm.length).toBe(96_000);
    },
  );
});

const real = await file('real.wav', TWO_SECONDS);

describe('refusing sound', () => {
  const noise = randomFrom(7);
  const random = Uint8Array.from({ length: 200_000 }, () => noise() * 256);
  test.each([
    ['an M3U playlist', `#EXTM3U\n#EXTINF:2,\n${real}\n`],
    [
      'an HLS playlist',
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2,\nfile://${real}\n#EXT-X-ENDLIST\n`,
    ],
    ['a concat script', `ffconcat version 1.0\nfile '${real}'\n`],
    [
      'a DASH manifest',
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation><BaseURL>${real}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
    [
      'a session description',
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n',
    ],
    ['ffmpeg metadata', `;FFMETADATA1\ntitle=${real}\n`],
    ['a text', 'Maybe we should map it. '.repeat(500)],
    ['random bytes', random],
    [
      'random bytes behind the name of a WAV',
      new Uint8Array([...Buffer.from('RIFF\xff\xff\0\0WAVE', 'latin1'), ...random]),
    ],
  ])('%s in the name of a WAV', async (_, bytes) => {
    expect(await refusal(await file('list.wav', bytes))).toMatch('audio/unreadable');
  });

  test('a picture', async () => {
    const picture = join(folder, 'picture.png');
    await run(ffmpeg.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=s=64x64:d=1', '-frames:v', '1', picture]);
    expect(await refusal(picture)).toMatch('audio/unreadable');
  });

  test('a video without sound, and says that', async () => {
    const mute = join(folder, 'mute.mp4');
    await run(ffmpeg.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=s=64x64:d=1', mute]);
    await expect(read(mute)).rejects.toMatchObject({
      code: 'audio/unreadable',
      message: expect.stringContaining('no sound in it'),
    });
  });

  test.each([
    ['WAV', 'cut.wav', []],
    ['MP3', 'cut.mp3', ['-c:a', 'libmp3lame']],
    ['FLAC', 'cut.flac', []],
    ['M4A with its index first', 'cut.m4a', ['-c:a', 'aac', '-movflags', '+faststart']],
    ['M4A', 'cut2.m4a', ['-c:a', 'aac']],
  ])('a %s that breaks off', async (_, name, args) => {
    const path = await converted(name, ...args);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length * 0.45));
    expect(await refusal(path)).toMatch('audio/unreadable');
  });

  test('nothing at all, and a WAV without a sample', async () => {
    expect(await refusal(await file('zero.wav', ''))).toMatch('audio/empty');
    await expect(read(await file('bare.wav', writeWav(new Float32Array(0), RATE)))).rejects.toMatchObject({
      code: 'audio/empty',
    });
    await expect(read(Readable.from([]))).rejects.toMatchObject({
      code: expect.stringMatching(/^audio\/(empty|unreadable)/),
    });
  });

  test('silence, telling how loud it is; quiet speech is not silence', async () => {
    const level = (peak: number) =>
      writeWav(
        speechLike(RATE).map((sample) => sample * peak),
        RATE,
      );
    expect(await refusal(await file('silent.wav', level(0)))).toMatch('audio/silent');
    const faint = read(await file('faint.wav', level(0.0003)));
    await expect(faint).rejects.toMatchObject({ code: 'audio/silent', message: expect.stringContaining('-70 dBFS') });
    expect((await read(await file('quiet.wav', level(0.01)))).pcm.length).toBe(48_000);
  });

  test('what is too long: at once when it says so, else when it gets there', async () => {
    const long = await file('long.wav', TWO_SECONDS);
    const opening = openAudio(ffmpeg, long, { maxSeconds: 1.5, signal: new AbortController().signal });
    await expect(opening).rejects.toMatchObject({ code: 'audio/too-long', message: expect.stringContaining('2.0 s') });
    const endless = async function* () {
      yield Buffer.from(TWO_SECONDS.subarray(0, 40));
      yield Buffer.from([255, 255, 255, 255]); // a length that a streaming program does not know
      for (let i = 0; i < 1e6; i++) yield Buffer.alloc(32_000, i);
    };
    expect(await refusal(Readable.from(endless()), { maxSeconds: 3 })).toMatch('audio/too-long');
    expect((await read(long, { maxSeconds: 2 })).pcm.length).toBe(96_000);
  });

  test.skipIf(process.platform === 'win32')(
    'what is no file: a folder, nothing, a pipe that nobody writes',
    async () => {
      const pipe = join(folder, 'pipe.wav');
      await run('mkfifo', [pipe]);
      for (const path of [folder, join(folder, 'none.wav'), pipe]) {
        expect(await refusal(path)).toMatch('audio/unreadable');
      }
    },
  );
});

describe.skipIf(process.platform === 'win32')('whatever happens, it ends', () => {
  /** An ffmpeg that writes down its number before it starts. */
  async function traced(): Promise<{ program: Ffmpeg; pid: () => Promise<number> }> {
    const path = join(await mkdtemp(join(folder, 'program-')), 'ffmpeg');
    await writeFile(path, `#!/bin/sh\necho $$ > "$0.pid"\nexec '${ffmpeg.path}' "$@"\n`);
    await chmod(path, 0o755);
    return { program: { ...ffmpeg, path }, pid: async () => Number(await readFile(`${path}.pid`, 'utf8')) };
  }
  const isGone = async (pid: number) => !(await stat(`/proc/${pid}`).catch(() => null));
  /** Sound that never ends. */
  const endless = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from(TWO_SECONDS.subarray(0, 40));
        yield Buffer.from([255, 255, 255, 255]);
        for (let i = 0; ; i++) {
          yield Buffer.alloc(3200, i);
          await pause(1);
        }
      })(),
    );

  test('a reader that leaves early leaves no process', async () => {
    const { program, pid } = await traced();
    {
      await using audio = await openAudio(program, endless(), { maxSeconds: 0, signal: new AbortController().signal });
      for await (const chunk of audio.chunks()) if (chunk.at > 0.3) break;
    }
    if (process.platform === 'linux') expect(await isGone(await pid())).toBe(true);
  });

  test('an abort', async () => {
    const { program, pid } = await traced();
    const reading = read(endless(), { program, signal: AbortSignal.timeout(200) });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    if (process.platform === 'linux') expect(await isGone(await pid())).toBe(true);
  });

  test('an abort while a pipe is silent', async () => {
    for (const start of [[], [Buffer.from(TWO_SECONDS.subarray(0, 20_000))]]) {
      const silent = new Readable({ read() {} });
      for (const part of start) silent.push(part);
      const reading = read(silent, { signal: AbortSignal.timeout(150) }).catch((thrown: Error) => thrown.name);
      expect(await reading).toMatch(/AbortError|OratorError/);
    }
  });

  test('ffmpeg killed from outside', async () => {
    const { program, pid } = await traced();
    const reading = (async () => {
      await using audio = await openAudio(program, endless(), { maxSeconds: 0, signal: new AbortController().signal });
      for await (const chunk of audio.chunks()) if (chunk.at === 0) process.kill(await pid(), 'SIGKILL');
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ffmpeg/failed' });
  });

  test('a pipe that breaks', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from(TWO_SECONDS.subarray(0, 30_000));
        throw new Error('gone');
      })(),
    );
    expect(await refusal(broken)).toMatch('audio/unreadable');
  });
});
