import { OratorError } from '@orator/core/base/errors';

/** Bytes from the start that tell what a file is. */
export const SNIFFED_BYTES = 64;

/** What a file is by its first bytes: its media type, and what it begins with, at which place. Others are refused. */
const SIGNATURES: readonly (readonly [type: string, ...parts: readonly (readonly [at: number, bytes: string])[]])[] = [
  ['image/jpeg', [0, '\xff\xd8\xff']],
  ['image/png', [0, '\x89PNG\r\n\x1a\n']],
  ['image/webp', [0, 'RIFF'], [8, 'WEBP']],
  ['image/gif', [0, 'GIF8']],
  ['image/tiff', [0, 'II*\0']],
  ['image/tiff', [0, 'MM\0*']],
  ['image/avif', [4, 'ftypavif']],
  ['image/avif', [4, 'ftypavis']],
  ['audio/wav', [0, 'RIFF'], [8, 'WAVE']],
  ['audio/wav', [0, 'RF64'], [8, 'WAVE']],
  ['audio/flac', [0, 'fLaC']],
  ['audio/ogg', [0, 'OggS']],
  ['audio/mpeg', [0, 'ID3']],
  ['audio/mpeg', [0, '\xff\xfb']],
  ['audio/mpeg', [0, '\xff\xf3']],
  ['audio/mpeg', [0, '\xff\xf2']],
  ['audio/aac', [0, '\xff\xf1']],
  ['audio/aac', [0, '\xff\xf9']],
  ['audio/aiff', [0, 'FORM'], [8, 'AIF']],
  ['audio/amr', [0, '#!AMR']],
  ['audio/mp4', [4, 'ftypM4A']],
  ['video/quicktime', [4, 'ftypqt']],
  ['video/mp4', [4, 'ftyp']],
  ['video/x-msvideo', [0, 'RIFF'], [8, 'AVI ']],
  ['video/x-flv', [0, 'FLV\x01']],
  ['video/webm', [0, '\x1aE\xdf\xa3']], // Matroska too: both hold either sound or pictures
];

/** How photos of telephones begin that no browser shows: they would pass for MP4. */
const HEIC = /^.{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)/s;

/** The media type of a file, from what it holds and not from what it is called. @throws {OratorError} `upload/unsupported`. */
export function sniffType(start: Uint8Array): string {
  const text = Buffer.from(start).toString('latin1');
  if (HEIC.test(text)) {
    throw new OratorError('upload/unsupported', 'This is a HEIC picture, which is not read. Save it as JPEG first.');
  }
  const found = SIGNATURES.find(([, ...parts]) => parts.every(([at, bytes]) => text.startsWith(bytes, at)));
  if (found) return found[0];
  throw new OratorError(
    'upload/unsupported',
    'This is no picture, sound or video that is known here. Send a JPEG, PNG, WebP, WAV, MP3, FLAC, Ogg, MP4, MOV or WebM file.',
  );
}

/**
 * Passes a file on as it comes, once its beginning was found to be media: what is refused is refused before the rest has come. Of a
 * file that may still go on elsewhere (`isWhole` false) a beginning too short to judge is let through.
 * @throws {OratorError} `upload/unsupported`
 */
export async function* sniffed(
  source: AsyncIterable<Uint8Array>,
  isWhole = true,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < SNIFFED_BYTES) continue;
    sniffType(head);
    yield head;
    head = null;
  }
  if (head === null) return;
  if (isWhole) sniffType(head);
  yield head;
}
