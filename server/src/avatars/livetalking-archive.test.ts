import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFaceNetworks } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { extractAvatar, writeArchive } from './avatar-archive.ts';
import { buildAvatar } from './avatar-builder.ts';
import { recropArchive } from './livetalking-archive.ts';

const PORTRAIT = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const { signal } = new AbortController();
let folder: string;
const tarOf = (size: 96 | 256) => join(folder, `${size}.tar`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-recrop-'));
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  await using networks = await openFaceNetworks();
  const path = join(folder, 'clip.mp4');
  const drift = "zoompan=z=1.2:x='on*2':y='on':d=40:s=320x400:fps=25"; // no two faces alike
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-i', PORTRAIT, '-vf', drift, ...codec, path]);
  for (const faceSize of [96, 256] as const) {
    const built = join(folder, `avatar-${faceSize}`);
    const tools = { ffmpeg, networks, signal };
    for await (const event of buildAvatar({ path }, built, { faceSize, minSeconds: 1 }, tools)) void event;
    await writeArchive(built, tarOf(faceSize), signal);
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const recrop = (path: string) => recropArchive(async () => createReadStream(path));

describe('an avatar with faces of 96, for the LiveTalking of today', () => {
  test('is the same bytes as the one that is built with faces of 256', async () => {
    const made = await buffer(recrop(tarOf(96)));
    const facts = await extractAvatar(Readable.from([made]), join(folder, 'again'), signal);
    expect(facts).toMatchObject({ model: 'wav2lip', faceSize: 256, frames: 40 });
    expect(made.equals(await readFile(tarOf(256)))).toBe(true);
  });

  test('whose frames are damaged breaks off with a cause', async () => {
    const bytes = await readFile(tarOf(96));
    bytes.fill(0, bytes.lastIndexOf('IDAT') + 4, bytes.lastIndexOf('IDAT') + 300);
    const path = join(folder, 'damaged.tar');
    await writeFile(path, bytes);
    await expect(buffer(recrop(path))).rejects.toMatchObject({ code: 'avatar/invalid' });
  });

  test('that cannot be read breaks off with that cause', async () => {
    await expect(buffer(recrop(join(folder, 'nowhere.tar')))).rejects.toThrow('ENOENT');
  });

  test('that is left early closes what it reads', async () => {
    const opened: ReturnType<typeof createReadStream>[] = [];
    const stream = recropArchive(async () => {
      opened.push(createReadStream(tarOf(96)));
      return opened.at(-1)!;
    });
    for await (const _ of stream) break;
    await expect.poll(() => opened.map(({ closed }) => closed)).toEqual([true]);
  });
});
