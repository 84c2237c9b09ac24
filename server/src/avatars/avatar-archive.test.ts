import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { extract, type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveBytes, extractAvatar, packAvatar, writeArchive } from './avatar-archive.ts';
import { type CoordsRow, writeCoords } from './pickle-writer.ts';
import { encodePng } from './png.ts';
import { writeLatents } from './torch-file.ts';

const { signal } = new AbortController();
let folder: string;
let frame: Buffer;
let face: Buffer;
let serial = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-archive-'));
  frame = await png(64, 48);
  face = await png(96, 96);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const png = async (width: number, height: number) =>
  Buffer.from(await encodePng({ width, height, pixels: new Uint8Array(width * height * 3).fill(90) }));
const fresh = () => join(folder, `place-${serial++}`);
const BOX: CoordsRow = [4, 40, 8, 56];

/** The files of a good avatar of two frames. */
const good = (): [string, Buffer][] => [
  ['coords.pkl', Buffer.from(writeCoords([BOX, BOX]))],
  ['face_imgs/00000000.png', face],
  ['face_imgs/00000001.png', face],
  ['full_imgs/00000000.png', frame],
  ['full_imgs/00000001.png', frame],
];

async function lay(files: readonly [string, Buffer][]): Promise<string> {
  const place = fresh();
  for (const [name, bytes] of files) {
    await mkdir(join(place, name, '..'), { recursive: true });
    await writeFile(join(place, name), bytes);
  }
  return place;
}

function tar(entries: readonly [Partial<Header> & { name: string }, Buffer?][]): Promise<Buffer> {
  const archive = pack();
  for (const [header, bytes] of entries) {
    const full = { mtime: new Date(0), ...header };
    if (bytes === undefined) archive.entry(full);
    else archive.entry(full, bytes);
  }
  archive.finalize();
  return buffer(archive);
}

const tarOf = (files: readonly [string, Buffer][]) => tar(files.map(([name, bytes]) => [{ name }, bytes]));

async function* inParts(bytes: Buffer, length = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('an archive', () => {
  test('of an avatar is the same bytes each time, and as long as foretold', async () => {
    const place = await lay(good());
    const first = await buffer(await packAvatar(place));
    const again = await buffer(await packAvatar(await lay(good().reverse())));
    expect(first.equals(again)).toBe(true);
    expect(first.length).toBe(await archiveBytes(place));
  });
  test('is plain ustar with sorted names at its root', async () => {
    const bytes = await buffer(await packAvatar(await lay(good())));
    expect(bytes.toString('latin1', 257, 265)).toBe('ustar\x0000');
    const headers: Header[] = [];
    const archive = extract();
    archive.end(bytes);
    for await (const entry of archive) {
      headers.push(entry.header);
      entry.resume();
    }
    expect(headers.map(({ name }) => name)).toEqual(good().map(([name]) => name));
    expect(new Set(headers.map(({ mode }) => mode))).toEqual(new Set([0o644]));
    expect(new Set(headers.map(({ mtime }) => mtime?.toISOString()))).toEqual(new Set(['2000-01-01T00:00:00.000Z']));
  });
  test('gives back the same avatar', async () => {
    const file = join(folder, 'avatar.tar');
    await writeArchive(await lay(good()), file, signal);
    const target = fresh();
    const facts = await extractAvatar(createReadStream(file), target, signal);
    expect(facts).toEqual({ model: 'wav2lip', frames: 2, width: 64, height: 48, faceSize: 96 });
    expect((await readdir(join(target, 'full_imgs'))).sort()).toEqual(['00000000.png', '00000001.png']);
    expect((await readFile(join(target, 'face_imgs/00000001.png'))).equals(face)).toBe(true);
  });
  test('may have folders of its own, "./" before names, and JPEG pictures', async () => {
    const jpeg = await sharp(frame).jpeg().toBuffer();
    const bytes = await tar([
      [{ name: './', type: 'directory' }],
      [{ name: './full_imgs/', type: 'directory' }],
      [{ name: './coords.pkl' }, Buffer.from(writeCoords([BOX]))],
      [{ name: './full_imgs/7.jpg' }, jpeg],
      [{ name: './face_imgs/7.png' }, face],
    ]);
    expect(await extractAvatar(inParts(bytes), fresh(), signal)).toMatchObject({ frames: 1 });
  });
  test('of a MuseTalk avatar is read too', async () => {
    const latent = new Float32Array(8 * 32 * 32).fill(0.5);
    async function* two() {
      yield* [latent, latent];
    }
    const parts: Uint8Array[] = [];
    for await (const part of writeLatents(two())) parts.push(part);
    const mask = await sharp({ create: { width: 48, height: 36, channels: 3, background: 'white' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const coords = Buffer.from(
      writeCoords(
        [
          [8, 4, 56, 40],
          [8, 4, 56, 40],
        ],
        'list',
      ),
    );
    const files: [string, Buffer][] = [
      ['avator_info.json', Buffer.from('{}')],
      ['coords.pkl', coords],
      ['full_imgs/00000000.png', frame],
      ['full_imgs/00000001.png', frame],
      ['latents.pt', Buffer.concat(parts)],
      ['mask/00000000.png', mask],
      ['mask/00000001.png', mask],
      ['mask_coords.pkl', coords],
    ];
    const facts = await extractAvatar(inParts(await tarOf(files)), fresh(), signal);
    expect(facts).toEqual({ model: 'musetalk', frames: 2, width: 64, height: 48, faceSize: null });
    expect((await buffer(await packAvatar(await lay(files)))).length).toBeGreaterThan(40_000);
  });
  test('replaces an avatar, yet no other folder', async () => {
    const bytes = await tarOf(good());
    const target = await lay([['coords.pkl', Buffer.from('old')]]);
    await extractAvatar(inParts(bytes), target, signal);
    expect((await readFile(join(target, 'coords.pkl'))).toString()).not.toBe('old');
    const other = await lay([['diary.txt', Buffer.from('dear')]]);
    await expect(extractAvatar(inParts(bytes), other, signal)).rejects.toMatchObject({ code: 'output/unwritable' });
    expect(await readdir(other)).toEqual(['diary.txt']);
  });
});

describe('a hostile archive', () => {
  const withOut = (name: string) => good().filter(([each]) => each !== name);
  const changed = (name: string, bytes: Buffer) =>
    good().map(([n, b]): [string, Buffer] => [n, n === name ? bytes : b]);
  const added = (header: Partial<Header> & { name: string }, bytes: Buffer = Buffer.from('x')) =>
    tar([
      [header, header.type && header.type !== 'file' ? undefined : bytes],
      ...good().map(([name, b]) => [{ name }, b] as [{ name: string }, Buffer]),
    ]);
  const far: CoordsRow = [4, 49, 8, 56];
  const cases: readonly [string, () => Promise<Buffer>, RegExp][] = [
    ['climbs out', () => added({ name: '../evil.png' }), /does not belong/],
    ['climbs out of a folder', () => added({ name: 'full_imgs/../../0.png' }), /does not belong/],
    ['names an absolute path', () => added({ name: '/etc/passwd' }), /does not belong/],
    ['names a Windows path', () => added({ name: 'full_imgs\\..\\..\\0.png' }), /does not belong/],
    [
      'holds a symbolic link',
      () => added({ name: 'full_imgs/5.png', type: 'symlink', linkname: '/etc/passwd' }),
      /does not belong/,
    ],
    [
      'holds a hard link',
      () => added({ name: 'full_imgs/5.png', type: 'link', linkname: '/etc/passwd' }),
      /does not belong/,
    ],
    ['holds a device', () => added({ name: 'coords.pkl', type: 'character-device' }), /does not belong/],
    ['holds a pipe', () => added({ name: 'coords.pkl', type: 'fifo' }), /does not belong/],
    ['holds a folder of its own', () => added({ name: 'more/', type: 'directory' }), /does not belong/],
    ['names a picture in words', () => added({ name: 'full_imgs/face.png' }), /does not belong/],
    ['names a picture with a sign', () => added({ name: 'full_imgs/-1.png' }), /does not belong/],
    ['has a file twice', () => added({ name: 'coords.pkl' }), /twice/],
    ['has a number twice', () => added({ name: 'full_imgs/0.png' }, frame), /twice/],
    ['lacks a frame', () => tarOf(withOut('full_imgs/00000001.png')), /numbers of pictures differ/],
    ['lacks its coords', () => tarOf(withOut('coords.pkl')), /coords.pkl is missing/],
    ['is empty', () => tarOf([]), /missing/],
    [
      'has coords that are none',
      () => tarOf(changed('coords.pkl', Buffer.from('cos\nsystem\n'))),
      /pickle cannot be read/,
    ],
    ['has too few coords', () => tarOf(changed('coords.pkl', Buffer.from(writeCoords([BOX])))), /1 rows/],
    ['has a box outside', () => tarOf(changed('coords.pkl', Buffer.from(writeCoords([BOX, far])))), /row 1 .* outside/],
    [
      'has a drawing for a picture',
      () => tarOf(changed('face_imgs/00000001.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))),
      /no PNG or JPEG/,
    ],
    [
      'has a frame of another size',
      async () => tarOf(changed('full_imgs/00000001.png', await png(32, 48))),
      /differ in size/,
    ],
    [
      'has a face that is no square',
      async () => tarOf(changed('face_imgs/00000001.png', await png(96, 64))),
      /squares/,
    ],
    ['has a picture cut off', () => tarOf(changed('full_imgs/00000001.png', frame.subarray(0, 20))), /damaged/],
    ['breaks off', async () => (await tarOf(good())).subarray(0, 1300), /end/],
    ['is none at all', async () => Buffer.from('<html>not found</html>'.repeat(99)), /header/],
  ];
  test.each(cases)('that %s is refused, and nothing stays', async (_, make, reason) => {
    const target = fresh();
    const unpacked = extractAvatar(inParts(await make()), target, signal);
    await expect(unpacked).rejects.toThrow(reason);
    await expect(unpacked).rejects.toMatchObject({ code: 'avatar/invalid' });
    const left = (await readdir(folder)).filter((name) => name.includes(target.split('/').at(-1)!));
    expect(left).toEqual([]);
  });
  test.each([
    ['entries', /more than 3 entries/, { entries: 3, entryBytes: 1e6, bytes: 1e6 }],
    ['large files', /bytes; 100 are allowed/, { entries: 99, entryBytes: 100, bytes: 1e6 }],
    ['bytes', /larger than 2000 bytes/, { entries: 99, entryBytes: 1e6, bytes: 2000 }],
  ])('with too many or too %s is refused', async (_, reason, limits) => {
    await expect(extractAvatar(inParts(await tarOf(good())), fresh(), signal, limits)).rejects.toThrow(reason);
  });
  test('that claims a file of terabytes is refused before it is read', async () => {
    const bytes = await tarOf(good());
    bytes.write('77777777777\0', 124, 'latin1');
    bytes.write('        ', 148, 'latin1');
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await expect(extractAvatar(inParts(bytes), fresh(), signal)).rejects.toThrow(/bytes; 134217728 are allowed/);
  });
});

describe('packing', () => {
  test('a folder with a link in it is refused', async () => {
    const place = await lay(good());
    await rm(join(place, 'full_imgs/00000001.png'));
    await symlink('/etc/passwd', join(place, 'full_imgs/00000001.png'));
    await expect(packAvatar(place)).rejects.toMatchObject({ code: 'avatar/invalid' });
  });
  test('a folder with something else in it is refused', async () => {
    await expect(packAvatar(await lay([...good(), ['notes.txt', frame]]))).rejects.toThrow(/notes.txt/);
  });
  test('stops when it is told to, and leaves nothing', async () => {
    const stop = new AbortController();
    stop.abort();
    const path = join(folder, 'stopped.tar');
    await expect(writeArchive(await lay(good()), path, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(extractAvatar(inParts(await tarOf(good())), fresh(), stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await readdir(folder)).filter((name) => name.includes('stopped'))).toEqual([]);
  });
  test('left early ends without a complaint', async () => {
    const stream = await packAvatar(await lay(good()));
    for await (const part of stream) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });
});
