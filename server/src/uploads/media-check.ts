import { open } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { checkPictureFile } from '../media/picture.ts';
import { probeStreams } from '../media/probe.ts';
import { refusePolyglot } from './polyglot.ts';
import { SNIFFED_BYTES, sniffType } from './sniff.ts';

/** What a file has to be. */
export type MediaKind = 'image' | 'audio' | 'video';

/** ffmpeg's names of the containers that a sniffed type may be in: a file is opened as what it begins like, or not at all. */
const DEMUXERS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3,aac,flac', // a song's tags may come before any of them
  'audio/aac': 'aac',
  'audio/aiff': 'aiff',
  'audio/amr': 'amr',
  'audio/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/mp4': 'mov',
  'video/x-msvideo': 'avi',
  'video/x-flv': 'flv',
  'video/webm': 'matroska',
};

/** What `checkMedia` needs from outside. */
export interface CheckTools {
  /** Found when the first sound or video has to be looked at. */
  readonly ffmpeg: () => Promise<Ffmpeg>;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that a file from outside is what it begins like, by its headers alone, and gives its media type. What is damaged further
 * on comes out when it is used.
 * @throws {OratorError} `upload/unsupported`, `image/unreadable`, `image/too-large`, `audio/unreadable`, `video/unsupported`,
 * `ffmpeg/…`, `cancelled`
 */
export async function checkMedia(path: string, { ffmpeg, signal }: CheckTools): Promise<string> {
  const type = sniffType(await readHead(path));
  await refusePolyglot(path);
  if (type.startsWith('image/')) {
    await checkPictureFile(path, type);
    return type;
  }
  const streams = await probeStreams(await ffmpeg(), path, DEMUXERS[type]!, signal);
  const isVideo = type.startsWith('video/');
  if (!streams || !(streams.sound || (isVideo && streams.pictures))) {
    throw new OratorError(
      isVideo ? 'video/unsupported' : 'audio/unreadable',
      `The file begins like ${type}, but ${streams ? 'there is nothing in it that can be played' : 'its headers are damaged or break off'}. Save or download it again.`,
    );
  }
  return type;
}

/** What may be given where a kind is asked for: the sound of a video is a recording too. */
const FITTING: Readonly<Record<MediaKind, { readonly types: RegExp; readonly called: string }>> = {
  image: { types: /^image\//, called: 'a picture' },
  audio: { types: /^(?:audio|video)\//, called: 'a recording' },
  video: { types: /^video\//, called: 'a video' },
};

/** Refuses a file of another kind than is asked for. @throws {OratorError} `upload/unsupported` */
export function requireKind(kind: MediaKind, type: string): void {
  const { types, called } = FITTING[kind];
  if (types.test(type)) return;
  throw new OratorError(
    'upload/unsupported',
    `There is ${type} where ${called} is needed. Give the address of ${called}.`,
  );
}

async function readHead(path: string): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}
