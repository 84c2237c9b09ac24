import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { OratorError } from '@orator/core/base/errors';
import { stopped } from '../net/stopped.ts';

/** Up to this a file goes in one request, and beyond it in parts of this size: S3 takes none below 5 MiB but the last. */
const PART_BYTES = 8 << 20;
/** S3 takes no more; larger files have larger parts. */
const MOST_PARTS = 10_000;
/** With parts of 8 MiB, 32 MiB are in memory at a time. */
const PARTS_AT_ONCE = 4;

/** A local file and what S3 shall keep with it. */
export interface UploadedFile {
  readonly handle: FileHandle;
  readonly bytes: number;
  readonly sha256: string;
  readonly type: string;
}

/**
 * Sends a local file, which becomes visible in one step; gives its ETag. A failure or an abort before that step leaves nothing, not
 * even parts that nobody sees and everybody pays for. During that step an abort comes too late, as nobody could tell what it did.
 */
export async function uploadFile(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string },
  file: UploadedFile,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const kept = { ...target, ContentType: file.type, Metadata: { sha256: file.sha256 } };
  if (file.bytes <= PART_BYTES) {
    const body = await readPart(file, 0, file.bytes);
    if (signal?.aborted) throw stopped(signal);
    return (await client.send(new PutObjectCommand({ ...kept, Body: body }))).ETag;
  }
  const withChecksums = (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...kept, ChecksumAlgorithm: withChecksums ? 'CRC32' : undefined }),
    { abortSignal: signal },
  );
  const upload = { ...target, UploadId };
  try {
    const parts = await uploadParts(client, upload, file, signal);
    if (signal?.aborted) throw stopped(signal);
    const done = await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...parts] } }),
    );
    return done.ETag;
  } catch (thrown) {
    // What went wrong before says more than what goes wrong here.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw thrown;
  }
}

async function uploadParts(
  client: S3Client,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
  file: UploadedFile,
  signal?: AbortSignal,
): Promise<readonly CompletedPart[]> {
  const size = Math.max(PART_BYTES, Math.ceil(file.bytes / MOST_PARTS));
  const parts: CompletedPart[] = new Array(Math.ceil(file.bytes / size));
  const failure = new AbortController();
  const abortSignal = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  let next = 0;
  const sendSome = async () => {
    while (next < parts.length && !abortSignal.aborted) {
      const index = next++;
      const PartNumber = index + 1;
      const body = await readPart(file, index * size, Math.min(size, file.bytes - index * size));
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body: body }), {
        abortSignal,
      });
      parts[index] = { PartNumber, ETag, ChecksumCRC32 };
    }
  };
  // All are waited for: a part that arrives after the upload is given up would stay for ever.
  const lanes = Array.from({ length: PARTS_AT_ONCE }, () =>
    sendSome().catch((thrown: unknown) => {
      if (!failure.signal.aborted) failure.abort(thrown);
    }),
  );
  await Promise.all(lanes);
  if (signal?.aborted) throw stopped(signal);
  if (failure.signal.aborted) throw failure.signal.reason;
  return parts;
}

async function readPart(file: UploadedFile, start: number, length: number): Promise<Buffer> {
  const part = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.handle.read(part, at, length - at, start + at);
    if (bytesRead === 0) throw new OratorError('internal', 'A file became shorter while it was being stored.');
    at += bytesRead;
  }
  return part;
}
