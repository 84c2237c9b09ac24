import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A content by its hash, for receipts. */
export interface Fingerprint {
  readonly sha256: string;
  readonly bytes: number;
}

/** The fingerprint of a content that is in memory; text counts as UTF-8. */
export function fingerprintOf(content: string | Uint8Array): Fingerprint {
  const bytes = Buffer.from(content as string);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** Hashes a file without holding it. */
export async function fingerprintFile(path: string, signal: AbortSignal): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of createReadStream(path, { signal })) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Passes a stream on and hashes what went by; ask for the fingerprint once it has ended. */
export function fingerprinted(source: Readable): {
  readonly stream: Readable;
  readonly fingerprint: () => Fingerprint;
} {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new PassThrough({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      bytes += part.length;
      done(null, part);
    },
  });
  pipeline(source, stream).catch(() => {}); // the reader of `stream` sees the failure
  return { stream, fingerprint: () => ({ sha256: hash.copy().digest('hex'), bytes }) };
}
