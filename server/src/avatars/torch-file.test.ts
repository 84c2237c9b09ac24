import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeZip, type ZipEntry } from '@orator/core/models/formats/zip-writer';
import { fromHalf, toHalf } from '@orator/core/models/half-float';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LATENT_VALUES, openLatents, pickleTensors, writeLatents } from './torch-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-latents-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function save(name: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, chunks);
  return path;
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const ramp = (start: number) => Float32Array.from({ length: LATENT_VALUES }, (_, i) => start + i / 16);
const zip = (name: string, entries: readonly ZipEntry[]) => save(name, writeZip(entries, crc32));

describe('a half float', () => {
  test.each([
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [Infinity, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('of %d has the nearest bits, ties to even', (value, expected) => {
    expect(toHalf(value)).toBe(expected);
  });
  test('reads as it was written, whatever its bits', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromHalf(half);
      if (!Number.isNaN(value) && toHalf(value) !== half) expect.fail(`0x${half.toString(16)} became another`);
    }
    expect(toHalf(Number.NaN)).toBe(0x7e00);
  });
});

describe('latents.pt', () => {
  test('lists its tensors in the bytes that torch reads', () => {
    const [one, three] = [pickleTensors(1, 'cuda:0'), pickleTensors(3, 'cuda:0')];
    expect([one.length, three.length]).toEqual([148, 432]);
    expect(sha256(one)).toBe('4ab11e8854669ce44e7d1b00f4caa13f8b46c71da2f919a679b14784a88b7aca');
    expect(sha256(three)).toBe('0bd9f60479fa968cd053fc1b39fc3698da42a9ab393e125935c1f0c55981b8f7');
  });
  test.each(['cuda:0', 'cpu'] as const)('for %s reads as it was written', async (device) => {
    const written = [ramp(0), ramp(-100), ramp(7)];
    await using latents = await openLatents(
      await save(`${device.slice(0, 3)}.pt`, writeLatents(each(written), device)),
    );
    expect(latents.count).toBe(3);
    expect(await latents.read(1)).toEqual(written[1]!.map((value) => fromHalf(toHalf(value))));
    expect((await latents.read(2))[16]).toBe(8);
  });
  test('may keep all tensors in one storage', async () => {
    const list = Buffer.from(pickleTensors(1, 'cpu')).toString('latin1');
    const shifted = list.replace('\x4d\0\x20tQK\0', '\x4d\0\x40tQM\0\x20');
    const data = Buffer.alloc(LATENT_VALUES * 4);
    data.writeUInt16LE(toHalf(3), LATENT_VALUES * 2);
    const path = await zip('shared.pt', [
      { name: 'a/data.pkl', bytes: Buffer.from(shifted, 'latin1') },
      { name: 'a/data/0', bytes: data },
    ]);
    await using latents = await openLatents(path);
    expect((await latents.read(0))[0]).toBe(3);
  });
  test('without tensors is an empty list', async () => {
    await using latents = await openLatents(await save('none.pt', writeLatents(each([]))));
    expect(latents.count).toBe(0);
  });
});

describe('a hostile latents.pt', () => {
  const data = Buffer.alloc(LATENT_VALUES * 2);
  const edited = (from: string, to: string) =>
    Buffer.from(Buffer.from(pickleTensors(1, 'cpu')).toString('latin1').replace(from, to), 'latin1');
  const cases: readonly [string, Buffer, RegExp][] = [
    ['names a command', edited('ctorch._utils\n_rebuild_tensor_v2', 'cos\nsystem'), /not allowed/],
    ['has float32 values', edited('HalfStorage', 'FloatStorage'), /not allowed/],
    ['names a file elsewhere', edited('X\x01\0\0\x000', 'X\x04\0\0\x00../0'), /not float16/],
    ['has another shape', edited('(K\x01K\x08K K t', '(K\x02K\x08K K t'), /not 1 × 8/],
    ['reaches beyond its values', edited('QK\0', 'QK\x01'), /too few values/],
  ];
  test.each(cases)('that %s is refused', async (name, list, reason) => {
    const path = await zip(`${name}.pt`, [
      { name: 'a/data.pkl', bytes: list },
      { name: 'a/data/0', bytes: data },
    ]);
    const opened = openLatents(path);
    await expect(opened).rejects.toThrow(reason);
    await expect(opened).rejects.toMatchObject({ code: 'avatar/invalid' });
  });
  test('that is no archive, or only the start of one, is refused', async () => {
    const whole = await gather(writeLatents(each([ramp(0)])));
    const cut = await save('cut.pt', each(whole.slice(0, 2)));
    await expect(openLatents(cut)).rejects.toMatchObject({ code: 'avatar/invalid' });
    await expect(openLatents(await save('empty.pt', each([])))).rejects.toMatchObject({ code: 'avatar/invalid' });
  });
  test('with a damaged tensor is found out when that is read', async () => {
    const chunks = await gather(writeLatents(each([ramp(0)])));
    chunks[1]![40]! ^= 1;
    await using latents = await openLatents(await save('damaged.pt', each(chunks)));
    await expect(latents.read(0)).rejects.toThrow(/damaged/);
  });
});
