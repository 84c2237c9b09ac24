import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { extract, type Header } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveBytes, extractAvatar, packAvatar, writeArchive } from './avatar-archive.ts';
import { readCoords } from './coords-pickle.ts';
import { type CoordsRow, writeCoords } from './pickle-writer.ts';
import { entriesOf } from './tar-entries.ts';
import {
  type AvatarFiles,
  greyPng,
  musetalkFiles,
  TEST_BOX,
  tarOfEntries,
  tarOfFiles,
  wav2lipFiles,
} from './test-avatar.ts';

/** `pickle.dumps` of Python 3.11 and numpy 2.4 for two rows of the test's box, as plain integers and as int64. */
const PYTHON = [
  ['Python, protocol 2', '80025d710028284b044b284b084b387471016801652e'],
  ['Python, protocol 3', '80035d710028284b044b284b084b387471016801652e'],
  ['Python, protocol 4', '80049512000000000000005d9428284b044b284b084b3874946801652e'],
  ['Python, protocol 5', '80059512000000000000005d9428284b044b284b084b3874946801652e'],
  [
    'numpy, protocol 2',
    '80025d71002828636e756d70792e5f636f72652e6d756c746961727261790a7363616c61720a7101636e756d70790a64747970650a71',
    '025802000000693871038988877104527105284b0358010000003c71064e4e4e4affffffff4affffffff4b0074710762635f636f6465',
    '63730a656e636f64650a710858080000000400000000000000710958060000006c6174696e31710a86710b52710c86710d52710e6801',
    '6805680858080000002800000000000000710f680a867110527111867112527113680168056808580800000008000000000000007114',
    '680a867115527116867117527118680168056808580800000038000000000000007119680a86711a52711b86711c52711d74711e2868',
    '016805680858080000000400000000000000711f680a8671205271218671225271236801680568085808000000280000000000000071',
    '24680a867125527126867127527128680168056808580800000008000000000000007129680a86712a52712b86712c52712d68016805',
    '680858080000003800000000000000712e680a86712f527130867131527132747133652e',
  ],
  [
    'numpy, protocol 3',
    '80035d71002828636e756d70792e5f636f72652e6d756c746961727261790a7363616c61720a7101636e756d70790a64747970650a71',
    '025802000000693871038988877104527105284b0358010000003c71064e4e4e4affffffff4affffffff4b0074710762430804000000',
    '00000000710886710952710a6801680543082800000000000000710b86710c52710d6801680543080800000000000000710e86710f52',
    '711068016805430838000000000000007111867112527113747114286801680543080400000000000000711586711652711768016805',
    '43082800000000000000711886711952711a6801680543080800000000000000711b86711c52711d6801680543083800000000000000',
    '711e86711f527120747121652e',
  ],
  [
    'numpy, protocol 4',
    '800495f9000000000000005d9428288c166e756d70792e5f636f72652e6d756c74696172726179948c067363616c61729493948c056e',
    '756d7079948c0564747970659493948c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff4b00749462430804',
    '000000000000009486945294680368094308280000000000000094869452946803680943080800000000000000948694529468036809',
    '430838000000000000009486945294749428680368094308040000000000000094869452946803680943082800000000000000948694',
    '529468036809430808000000000000009486945294680368094308380000000000000094869452947494652e',
  ],
  [
    'numpy, protocol 5',
    '800595f9000000000000005d9428288c166e756d70792e5f636f72652e6d756c74696172726179948c067363616c61729493948c056e',
    '756d7079948c0564747970659493948c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff4b00749462430804',
    '000000000000009486945294680368094308280000000000000094869452946803680943080800000000000000948694529468036809',
    '430838000000000000009486945294749428680368094308040000000000000094869452946803680943082800000000000000948694',
    '529468036809430808000000000000009486945294680368094308380000000000000094869452947494652e',
  ],
].map(([name, ...hex]) => [name!, hex.join('')] as const);

const { signal } = new AbortController();
let folder: string;
let frame: Buffer;
let face: Buffer;
let files: AvatarFiles;
let serial = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-archive-'));
  frame = await greyPng(64, 48);
  face = await greyPng(96, 96);
  files = await wav2lipFiles();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fresh = () => join(folder, `place-${serial++}`);

/** The files of a good avatar of two frames. */
const good = () => [...files];

async function lay(files: readonly [string, Buffer][]): Promise<string> {
  const place = fresh();
  for (const [name, bytes] of files) {
    await mkdir(join(place, name, '..'), { recursive: true });
    await writeFile(join(place, name), bytes);
  }
  return place;
}

const packed = async (files: AvatarFiles) => buffer(await packAvatar(await lay(files)));

const shade = (red: number) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r: red % 256, g: 9, b: 9 } } })
    .png()
    .toBuffer();

async function namesIn(tar: Readable): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of entriesOf(tar)) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

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
    const bytes = await tarOfEntries([
      [{ name: './', type: 'directory' }],
      [{ name: './full_imgs/', type: 'directory' }],
      [{ name: './coords.pkl' }, Buffer.from(writeCoords([TEST_BOX]))],
      [{ name: './full_imgs/7.jpg' }, jpeg],
      [{ name: './face_imgs/7.png' }, face],
    ]);
    const place = fresh();
    expect(await extractAvatar(inParts(bytes), place, signal)).toMatchObject({ frames: 1 });
    expect(await namesIn(await packAvatar(place))).toEqual([
      'coords.pkl',
      'face_imgs/00000000.png',
      'full_imgs/00000000.jpg',
    ]);
  });
  test('whose numbers have gaps and no zeros keeps its frames in order', async () => {
    const numbers = [2, 10, 300];
    const frames = numbers.map(async (n): Promise<[string, Buffer]> => [`full_imgs/${n}.png`, await shade(n)]);
    const place = await lay([
      ['coords.pkl', Buffer.from(writeCoords(numbers.map(() => TEST_BOX)))],
      ...numbers.map((n): [string, Buffer] => [`face_imgs/${n}.png`, face]),
      ...(await Promise.all(frames)),
    ]);
    const again = fresh();
    await extractAvatar(await packAvatar(place), again, signal);
    expect(await readdir(join(again, 'face_imgs'))).toEqual(['00000000.png', '00000001.png', '00000002.png']);
    for (const [i, n] of numbers.entries()) {
      expect((await readFile(join(again, `full_imgs/0000000${i}.png`))).equals(await shade(n))).toBe(true);
    }
  });
  test('may be gzipped, and lie in one folder, as people pack them by hand', async () => {
    const inside = good().map(([name, bytes]): [string, Buffer] => [`woman_1/${name}`, bytes]);
    const place = fresh();
    await extractAvatar(inParts(gzipSync(await tarOfFiles(inside))), place, signal);
    expect((await buffer(await packAvatar(place))).equals(await packed(good()))).toBe(true);
    const two: AvatarFiles = [...inside.slice(1), ['man_1/coords.pkl', inside[0]![1]]];
    await expect(extractAvatar(inParts(await tarOfFiles(two)), fresh(), signal)).rejects.toThrow(/does not belong/);
  });
  test.each(PYTHON)('with coords of %s gives our own pickle of the same boxes', async (_, hex) => {
    const coords = Buffer.from(hex, 'hex');
    expect(readCoords(coords)).toEqual([TEST_BOX, TEST_BOX]);
    const place = fresh();
    await extractAvatar(inParts(await tarOfFiles([['coords.pkl', coords], ...good().slice(1)])), place, signal);
    expect((await buffer(await packAvatar(place))).equals(await packed(good()))).toBe(true);
  });
  test('of a MuseTalk avatar is read too', async () => {
    const files = await musetalkFiles();
    const facts = await extractAvatar(inParts(await tarOfFiles(files)), fresh(), signal);
    expect(facts).toEqual({ model: 'musetalk', frames: 2, width: 64, height: 48, faceSize: null });
    expect((await buffer(await packAvatar(await lay(files)))).length).toBeGreaterThan(40_000);
  });
  test.each(['cpu', 'cuda:0'] as const)(
    'of a MuseTalk avatar keeps its tensors on %s, in a file of ours',
    async (device) => {
      const files = await musetalkFiles(device);
      const theirs = files.map(([name, bytes]): [string, Buffer] => [
        name,
        name === 'latents.pt'
          ? Buffer.from(bytes.toString('latin1').replaceAll('latents/', 'archive/'), 'latin1')
          : bytes,
      ]);
      const place = fresh();
      await extractAvatar(inParts(await tarOfFiles(theirs)), place, signal);
      expect((await buffer(await packAvatar(place))).equals(await packed(files))).toBe(true);
    },
  );
  test('replaces an avatar, yet no other folder', async () => {
    const bytes = await tarOfFiles(good());
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
    tarOfEntries([
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
    ['lacks a frame', () => tarOfFiles(withOut('full_imgs/00000001.png')), /numbers of pictures differ/],
    ['lacks its coords', () => tarOfFiles(withOut('coords.pkl')), /coords.pkl is missing/],
    ['is empty', () => tarOfFiles([]), /missing/],
    [
      'has coords that are none',
      () => tarOfFiles(changed('coords.pkl', Buffer.from('cos\nsystem\n'))),
      /pickle cannot be read/,
    ],
    ['has too few coords', () => tarOfFiles(changed('coords.pkl', Buffer.from(writeCoords([TEST_BOX])))), /1 rows/],
    [
      'has a box outside',
      () => tarOfFiles(changed('coords.pkl', Buffer.from(writeCoords([TEST_BOX, far])))),
      /row 1 .* outside/,
    ],
    [
      'has a drawing for a picture',
      () => tarOfFiles(changed('face_imgs/00000001.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))),
      /no PNG or JPEG/,
    ],
    [
      'has a frame of another size',
      async () => tarOfFiles(changed('full_imgs/00000001.png', await greyPng(32, 48))),
      /differ in size/,
    ],
    [
      'has a face that is no square',
      async () => tarOfFiles(changed('face_imgs/00000001.png', await greyPng(96, 64))),
      /squares/,
    ],
    ['has a picture cut off', () => tarOfFiles(changed('full_imgs/00000001.png', frame.subarray(0, 20))), /damaged/],
    ['breaks off', async () => (await tarOfFiles(good())).subarray(0, 1300), /end/],
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
    await expect(extractAvatar(inParts(await tarOfFiles(good())), fresh(), signal, limits)).rejects.toThrow(reason);
  });
  test('that breaks off is refused wherever it does, and none is waited for', async () => {
    const bytes = await tarOfFiles(good());
    for (let end = 100; end < bytes.length - 1024; end += 211) {
      const unpacked = extractAvatar(inParts(bytes.subarray(0, end)), fresh(), signal);
      await expect(unpacked).rejects.toMatchObject({ code: 'avatar/invalid' });
    }
  });
  test('that claims a file of terabytes is refused before it is read', async () => {
    const bytes = await tarOfFiles(good());
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
    await expect(extractAvatar(inParts(await tarOfFiles(good())), fresh(), stop.signal)).rejects.toMatchObject({
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
