import { OratorError } from '../base/errors.ts';
import { type Hertz, hertz } from '../base/units.ts';
import { toInt16 } from './int16.ts';

/** Sound as a WAV file holds it, mixed to one channel. */
export interface WavSound {
  readonly rate: Hertz;
  /** Mono, -1..1. */
  readonly pcm: Float32Array<ArrayBuffer>;
}

/** Format codes of the `fmt ` chunk; the extensible form names one of the others further on. */
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** Programs that stream write a size near 2 or 4 GiB, not knowing better. */
const UNKNOWN_SIZE = 0x7fff0000;

interface Format {
  readonly code: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/**
 * Reads an uncompressed WAV file of 8 to 32 bit integers or 32 or 64 bit floating point. A data length that exceeds the file, as
 * programs write that stream, means the rest of the file.
 * @throws {OratorError} `audio/unreadable` for anything else, `audio/empty` without a sample.
 */
export function parseWav(bytes: Uint8Array): WavSound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isWav(bytes)) throw unreadable('it does not begin like one');
  let format: Format | null = null;
  for (const { name, start, size } of chunksOf(bytes)) {
    if (name === 'fmt ') format = parseFormat(view, start, size);
    if (name !== 'data') continue;
    if (format === null) throw unreadable('its sound comes before its format');
    return { rate: hertz(format.rate), pcm: readSamples(view, start, Math.min(size, bytes.length - start), format) };
  }
  throw unreadable('it breaks off before its sound');
}

/** Where a WAV file's sound ends by its own account, in bytes; `null` when it is none or does not know, having been streamed. */
export function wavEnd(head: Uint8Array): number | null {
  if (!isWav(head)) return null;
  const data = chunksOf(head).find(({ name }) => name === 'data');
  return data && data.size < UNKNOWN_SIZE ? data.start + data.size : null;
}

const isWav = (bytes: Uint8Array) => nameAt(bytes, 0) === 'RIFF' && nameAt(bytes, 8) === 'WAVE';
const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** The chunks of a WAV file: name, first byte and size of what they hold. */
function* chunksOf(bytes: Uint8Array): Generator<{ name: string; start: number; size: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    yield { name: nameAt(bytes, at), start: at + 8, size };
    at += 8 + size + (size % 2); // chunks start at even places
  }
}

function parseFormat(view: DataView, start: number, size: number): Format {
  if (size < 16 || start + size > view.byteLength) throw unreadable('its format is damaged');
  const code = view.getUint16(start, true);
  const format = {
    code: code === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : code,
    channels: view.getUint16(start + 2, true),
    rate: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  };
  if (format.channels < 1 || format.rate < 1000 || format.rate > 768_000) throw unreadable('its format is damaged');
  return format;
}

/** How one sample is read, by format code and bits. */
const READERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  [`${PCM} 8`]: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  [`${PCM} 16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM} 24`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  [`${PCM} 32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT} 32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT} 64`]: (view, at) => view.getFloat64(at, true),
};

function readSamples(
  view: DataView,
  start: number,
  size: number,
  { code, channels, bits }: Format,
): Float32Array<ArrayBuffer> {
  const read = READERS[`${code} ${bits}`];
  if (read === undefined) throw unreadable(`its samples are of an unknown kind (code ${code}, ${bits} bits)`);
  const step = (bits / 8) * channels;
  const pcm = new Float32Array(Math.floor(size / step));
  if (pcm.length === 0)
    throw new OratorError('audio/empty', 'The WAV file holds no samples. Give a recording with sound in it.');
  for (let i = 0; i < pcm.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(view, start + i * step + (channel * bits) / 8);
    pcm[i] = sum / channels;
  }
  return pcm;
}

/** Writes mono samples, -1..1, as a 16-bit WAV file; beyond full scale they are clipped. */
export function writeWav(pcm: Float32Array, rate: Hertz): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + pcm.length * 2);
  const view = new DataView(bytes.buffer);
  const put = (at: number, name: string) => {
    for (let i = 0; i < 4; i++) bytes[at + i] = name.charCodeAt(i);
  };
  put(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  put(8, 'WAVE');
  put(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put(36, 'data');
  view.setUint32(40, pcm.length * 2, true);
  for (let i = 0; i < pcm.length; i++) view.setInt16(44 + i * 2, toInt16(pcm[i]!), true);
  return bytes;
}

function unreadable(why: string): OratorError {
  return new OratorError(
    'audio/unreadable',
    `This is not a WAV file that can be read: ${why}. Convert it to 16-bit PCM.`,
  );
}
