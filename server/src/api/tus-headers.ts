import { OratorError } from '@orator/core/base/errors';
import { DIGESTS, Digest } from '../uploads/digest.ts';

/** The version of the tus protocol that is spoken. */
export const TUS_VERSION = '1.0.0';
/** The type that parts of a file are sent as. */
export const PART_TYPE = 'application/offset+octet-stream';

const LONGEST_METADATA = 4096;

/** What the service can do, for `OPTIONS`. */
export const TUS_ABILITIES = {
  'tus-version': TUS_VERSION,
  'tus-extension': 'creation,creation-with-upload,expiration,checksum,termination',
  'tus-checksum-algorithm': DIGESTS.join(','),
} as const;

/** Reads a count of bytes. @throws {OratorError} `request/invalid` */
export function readBytes(
  header: 'Upload-Length' | 'Upload-Offset',
  text: string | readonly string[] | undefined,
): number {
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new OratorError('request/invalid', `Send ${header} with a number of bytes, such as "${header}: 1048576".`);
}

/** The name that `Upload-Metadata` gives a file: keys, each with its value in base64, with commas between. @throws {OratorError} `request/invalid` */
export function readName(metadata: string): string | null {
  if (metadata.length > LONGEST_METADATA) {
    throw new OratorError(
      'request/invalid',
      `Upload-Metadata is longer than ${LONGEST_METADATA} characters. Send less.`,
    );
  }
  for (const pair of metadata.split(',')) {
    const [key, value = ''] = pair.trim().split(' ');
    if (key === 'filename' || key === 'name') return Buffer.from(value, 'base64').toString();
  }
  return null;
}

/** What a part has to hash to, such as `sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`. @throws {OratorError} `request/invalid` */
export function readDigest(header: string | readonly string[] | undefined): Digest | undefined {
  if (header === undefined) return undefined;
  const [name, value = ''] = String(header).split(' ');
  const algorithm = DIGESTS.find((known) => known === name);
  if (algorithm) return new Digest(algorithm, Buffer.from(value, 'base64'));
  throw new OratorError('request/invalid', `Upload-Checksum can be of ${DIGESTS.join(', ')}. Choose one of them.`);
}
