import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { readPicture, readPictureBytes, resamplePicture } from './picture.ts';

const folder = await mkdtemp(join(tmpdir(), 'orator-picture-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 40 × 20: the left half red, the right half blue. */
const halves = sharp({ create: { width: 40, height: 20, channels: 3, background: '#d02020' } }).composite([
  { input: { create: { width: 20, height: 20, channels: 3, background: '#2020d0' } }, left: 20, top: 0 },
]);
const png = await halves.clone().png().toBuffer();

/** Incompressible, so that breaking it off loses rows. */
const noisy = sharp({
  create: {
    width: 300,
    height: 300,
    channels: 3,
    background: 'red',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
});
const noisyPng = await noisy.clone().png().toBuffer();
const noisyJpeg = await noisy.clone().jpeg().toBuffer();

const colourAt = ({ width, pixels }: { width: number; pixels: Uint8ClampedArray }, x: number, y: number) => [
  ...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];
const near = (actual: readonly number[], expected: readonly number[], step: number) =>
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(step);
  });
const RED = [0xd0, 0x20, 0x20, 255];
const BLUE = [0x20, 0x20, 0xd0, 255];

/** A PNG that only says how large it is. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const bytes = Buffer.alloc(body.length + 8);
    bytes.writeUInt32BE(data.length);
    body.copy(bytes, 4);
    bytes.writeUInt32BE(crc32(body), body.length + 4);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const rows = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

describe('reading a picture', () => {
  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
    const quality = format === 'png' || format === 'gif' ? {} : { quality: 100 };
    const picture = await readPicture(await halves.clone().toFormat(format, quality).toBuffer());
    expect(picture).toMatchObject({ width: 40, height: 20, format, warnings: [] });
    near(colourAt(picture, 5, 10), RED, 5);
    near(colourAt(picture, 35, 10), BLUE, 5);
  });

  test('turns it upright', async () => {
    const turned = await halves.clone().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const picture = await readPicture(turned); // 6: to be shown turned clockwise, so the left half is at the top
    expect([picture.width, picture.height]).toEqual([20, 40]);
    near(colourAt(picture, 10, 5), RED, 5);
    near(colourAt(picture, 10, 35), BLUE, 5);
  });

  test('grey, 16 bits, a palette and CMYK all become 8-bit RGBA', async () => {
    const grey = await readPicture(await halves.clone().greyscale().png().toBuffer());
    const [r, g, b, a] = colourAt(grey, 5, 10);
    expect([g, b, a]).toEqual([r, r, 255]);
    const deep = await readPicture(await halves.clone().toColourspace('rgb16').png().toBuffer());
    near(colourAt(deep, 5, 10), RED, 2);
    near(colourAt(await readPicture(await halves.clone().png({ palette: true }).toBuffer()), 35, 10), BLUE, 2);
    const printed = await readPicture(await halves.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
    expect(printed.pixels.length).toBe(40 * 20 * 4);
    expect(colourAt(printed, 5, 10)[0]).toBeGreaterThan(150); // inks cannot show this red exactly
    expect(colourAt(printed, 5, 10)[2]).toBeLessThan(100);
  });

  test('transparent parts stand on white, and that is said; a solid alpha channel is not worth a word', async () => {
    const half = {
      create: { width: 8, height: 8, channels: 4 as const, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    };
    const picture = await readPicture(await sharp(half).png().toBuffer());
    near(colourAt(picture, 4, 4), [227, 127, 127, 255], 2);
    expect(picture.warnings[0]).toContain('white');
    expect((await readPicture(await halves.clone().ensureAlpha().png().toBuffer())).warnings).toEqual([]);
  });

  test('of a moving picture, the first one', async () => {
    const frames = await Promise.all(
      ['#d02020', '#2020d0'].map((background) =>
        sharp({ create: { width: 10, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const picture = await readPicture(moving);
    expect([picture.width, picture.height]).toEqual([10, 10]);
    near(colourAt(picture, 5, 5), RED, 4);
  });

  test('a huge one is reduced while it is read, and that is said', async () => {
    const picture = await readPicture(png, { bytes: 1e6, pixels: 1000, kept: 200 });
    expect([picture.width, picture.height]).toEqual([20, 10]);
    expect(picture.warnings[0]).toContain('reduced');
  });

  test('a drawing gets the pixels that a clip needs', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><rect width="400" height="200" fill="#d02020"/></svg>',
    );
    const picture = await readPicture(svg);
    expect(Math.min(picture.width, picture.height)).toBeGreaterThanOrEqual(1080);
    near(colourAt(picture, 50, 50), RED, 1);
  });
});

describe('refusing a picture', () => {
  const refused = (bytes: Uint8Array, code: string) => expect(readPicture(bytes)).rejects.toMatchObject({ code });

  test('a bomb, before it is decoded', async () => {
    const started = performance.now();
    await expect(readPicture(pngHeader(20_000, 20_000))).rejects.toMatchObject({
      code: 'image/too-large',
      message: expect.stringContaining('20000 × 20000'),
    });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('a drawing that blows itself up', () =>
    refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"/>'), 'image/too-large'));

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('#EXTM3U\nfile:///etc/passwd\n')],
    ['a name that lies', Buffer.from('MZ\x90\0 not a picture')],
    ['a PNG that breaks off', noisyPng.subarray(0, 20_000)],
    ['a JPEG that breaks off', noisyJpeg.subarray(0, 9000)],
    ['a PNG with too few rows', pngHeader(500, 500)],
  ])('%s', (_, bytes) => refused(bytes, 'image/unreadable'));

  test.each([
    ['a file', '<image href="file:///etc/passwd" width="9" height="9"/>'],
    ['a file without quotes for names', "<image xlink:href='photo.png' width='9' height='9'/>"],
    ['an address', '<image href="https://example.org/a.png" width="9" height="9"/>'],
    ['a style sheet', '<style>@import url(https://example.org/a.css);</style>'],
    ['a picture in a style', '<rect style="fill: url(https://example.org/a.svg#b)" width="9" height="9"/>'],
    ['a drawing inside its data', '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>'],
  ])('an SVG that refers to %s', async (_, inside) => {
    await refused(
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inside}</svg>`),
      'image/unreadable',
    );
  });

  test('an SVG with entities', () =>
    refused(
      Buffer.from(
        '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
      ),
      'image/unreadable',
    ));

  test.skipIf(process.platform === 'win32')(
    'what is no file: a folder, nothing, a pipe that nobody writes',
    async () => {
      const pipe = join(folder, 'pipe.png');
      await promisify(execFile)('mkfifo', [pipe]);
      for (const path of [folder, join(folder, 'none.png'), pipe]) {
        await expect(readPictureBytes(path)).rejects.toMatchObject({ code: 'image/unreadable' });
      }
    },
  );

  test('a file past the byte limit, without reading it', async () => {
    const path = join(folder, 'large.png');
    await writeFile(path, '');
    await truncate(path, 3e9);
    await expect(readPictureBytes(path)).rejects.toMatchObject({
      code: 'image/too-large',
      message: expect.stringContaining('64 MB'),
    });
  });
});

test('cuts and scales: each half keeps its colour, and the edge lies in the middle', async () => {
  const picture = await readPicture(png);
  const part = await resamplePicture(picture, { x: 10, y: 2, width: 20, height: 16 }, { width: 40, height: 32 });
  expect([part.width, part.height, part.pixels.length]).toEqual([40, 32, 40 * 32 * 4]);
  near(colourAt(part, 10, 16), RED, 2);
  near(colourAt(part, 30, 16), BLUE, 2);
  expect(colourAt(part, 19, 16)[0]! + colourAt(part, 20, 16)[0]!).toBeCloseTo(0xd0 + 0x20, -1);
});
