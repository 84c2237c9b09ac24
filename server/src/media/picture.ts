import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Picture, Rect } from '@orator/core/media/frame';
import { type PictureFormat, sniffPicture } from '@orator/core/media/picture-format';
import { scalePicture } from '@orator/core/media/scale';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { checkSvg } from './svg.ts';

/** What a picture from outside may cost. */
export interface PictureLimits {
  /** Size of the file. */
  readonly bytes: number;
  /** Width × height, checked before anything is decoded. */
  readonly pixels: number;
  /** Pictures with more pixels are reduced to so many while they are decoded. */
  readonly kept: number;
}

/** A picture read from outside: upright, sRGB, opaque. */
export interface ReadPicture extends Picture {
  readonly format: PictureFormat;
  /** What a person should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** 64 MB holds any photo; 100 MP the largest cameras; 32 MP (128 MB) is four times what a 4k clip shows. */
const LIMITS: PictureLimits = { bytes: 64 << 20, pixels: 100e6, kept: 32e6 };
/** What transparent parts show: what most cut-out portraits are made to stand on. */
const BACKDROP = 255;
/** Drawings without pixels of their own are drawn with this short side, enough for a 1080p clip. */
const DRAWN_SIDE = 1080;
const MOST_DPI = 2400;
/** The limit on pixels is ours to check, so that the refusal can say what was found. */
const OPTIONS: SharpOptions = { failOn: 'error', limitInputPixels: false, sequentialRead: true };

/**
 * The bytes of a picture file, for reading and for its fingerprint.
 * @throws {OratorError} `image/unreadable` for what is no readable file, `image/too-large` past the byte limit.
 */
export async function readPictureBytes(path: string, limits: PictureLimits = LIMITS): Promise<Uint8Array> {
  const name = `"${basename(path)}"`;
  const found = await stat(path).catch((cause: unknown) => {
    throw new OratorError('image/unreadable', `${name} cannot be opened. Check the path.`, { cause });
  });
  if (!found.isFile()) throw new OratorError('image/unreadable', `${name} is not a file. Give a picture.`);
  if (found.size > limits.bytes) throw tooManyBytes(name, found.size, limits);
  return readFile(path).catch((cause: unknown) => {
    throw new OratorError('image/unreadable', `${name} cannot be read. Check its permissions.`, { cause });
  });
}

/**
 * Looks at the header of a picture file that is said to be of a media type; nothing is decoded.
 * @throws {OratorError} `image/unreadable`, `image/too-large`
 */
export async function checkPictureFile(path: string, type: string, limits: PictureLimits = LIMITS): Promise<void> {
  const { size } = await stat(path);
  if (size > limits.bytes) throw tooManyBytes('The picture', size, limits);
  const sharp = await loadSharp();
  const { format, compression } = await readHeader(sharp(path, OPTIONS), limits);
  const found = format === 'heif' && compression === 'av1' ? 'avif' : format;
  if (`image/${found}` === type) return;
  throw new OratorError('image/unreadable', `The picture begins like ${type}, but is none. Save it again.`);
}

/**
 * Decodes a picture of any kind sharp reads: turned upright by its EXIF mark, in sRGB with 8 bits whatever it came in, its first page
 * only, on white where it is transparent. Nothing else is opened, whatever the picture refers to.
 * @throws {OratorError} `image/unreadable`, `image/too-large`
 */
export async function readPicture(bytes: Uint8Array, limits: PictureLimits = LIMITS): Promise<ReadPicture> {
  const format = sniffPicture(bytes);
  if (bytes.length === 0) throw new OratorError('image/unreadable', 'The picture is an empty file. Give another one.');
  if (format === null) {
    throw new OratorError(
      'image/unreadable',
      'This is not a picture that can be read. Give a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG; save a HEIC photo as JPEG first.',
    );
  }
  if (format === 'svg') checkSvg(bytes);
  const sharp = await loadSharp();
  const found = await readHeader(sharp(bytes, OPTIONS), limits);
  const density = format === 'svg' ? drawingDensity(found) : undefined;
  const source = sharp(bytes, { ...OPTIONS, limitInputPixels: limits.pixels, density }).autoOrient();
  return decode(source, found, format, limits);
}

/**
 * Cuts `crop` out of a picture and scales it to `size`: Lanczos 3. Shrinking is sharp's, which is quicker; when it enlarges, the
 * picture comes out half a pixel to the lower right (0.35.5), so that is ours.
 * The crop must lie inside the picture and have whole pixels.
 */
export async function resamplePicture(
  picture: Picture,
  crop: Rect,
  size: { readonly width: number; readonly height: number },
): Promise<Picture> {
  if (size.width > crop.width || size.height > crop.height) return scalePicture(picture, crop, size);
  const sharp = await loadSharp();
  const { buffer, byteOffset, byteLength } = picture.pixels;
  const raw = { width: picture.width, height: picture.height, channels: 4 as const };
  const { data } = await sharp(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), {
    raw,
    limitInputPixels: false,
  })
    .extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: size.width, height: size.height, pixels: clamped(data) };
}

async function decode(
  source: Sharp,
  found: Metadata,
  format: PictureFormat,
  limits: PictureLimits,
): Promise<ReadPicture> {
  const warnings: string[] = [];
  const { width, height } = found.autoOrient;
  const shrink = Math.sqrt(limits.kept / (width * height));
  if (shrink < 1) {
    source.resize(Math.round(width * shrink), Math.round(height * shrink), { fit: 'fill' });
    warnings.push(`The picture's ${width} × ${height} pixels were reduced to ${Math.round(limits.kept / 1e6)} MP.`);
  }
  const { data, info } = await source
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(refuse);
  const pixels = clamped(data);
  if (found.hasAlpha && putOnBackdrop(pixels)) warnings.push('Transparent parts of the picture stand on white.');
  return { width: info.width, height: info.height, pixels, format, warnings };
}

/** Makes transparent pixels opaque, in place; says whether there were any (many pictures have an alpha channel and do not use it). */
function putOnBackdrop(pixels: Uint8ClampedArray): boolean {
  let any = false;
  for (let i = 3; i < pixels.length; i += 4) {
    const alpha = pixels[i]!;
    if (alpha === 255) continue;
    any = true;
    for (let channel = i - 3; channel < i; channel++) {
      pixels[channel] = (pixels[channel]! * alpha + BACKDROP * (255 - alpha)) / 255;
    }
    pixels[i] = 255;
  }
  return any;
}

/** sharp, loaded when the first picture needs it; each picture is read once, so it need not remember any. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  return sharp;
}

const clamped = (data: Buffer) => new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);

const drawingDensity = ({ width, height, density = 72 }: Metadata) =>
  Math.min(MOST_DPI, Math.max(density, (density * DRAWN_SIDE) / Math.min(width, height)));

/** What a picture's header says, unless it says too much. */
async function readHeader(source: Sharp, limits: PictureLimits): Promise<Metadata> {
  const found = await source.metadata().catch(refuse);
  const { width, height } = found;
  if (width * height <= limits.pixels) return found;
  throw new OratorError(
    'image/too-large',
    `The picture has ${width} × ${height} pixels (${Math.round((width * height) / 1e6)} MP); the limit is ${Math.round(limits.pixels / 1e6)} MP. Save it smaller.`,
  );
}

const tooManyBytes = (name: string, bytes: number, limits: PictureLimits) =>
  new OratorError(
    'image/too-large',
    `${name} has ${megabytes(bytes)} MB; the limit is ${megabytes(limits.bytes)} MB. Save it smaller.`,
  );

const megabytes = (bytes: number) => Math.round(bytes / (1 << 20));

function refuse(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const tooLarge = /pixel limit|dimensions|too large/i.test(reason);
  throw new OratorError(
    tooLarge ? 'image/too-large' : 'image/unreadable',
    tooLarge
      ? 'The picture has more pixels than are allowed. Save it smaller.'
      : 'The picture is damaged or breaks off. Save or download it again.',
    { cause },
  );
}
