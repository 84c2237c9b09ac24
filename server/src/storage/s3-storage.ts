import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { OratorError } from '@orator/core/base/errors';
import { outOfRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import { fetchFile } from './fetch-file.ts';
import { createFile, readAll, writeAll } from './file-steps.ts';
import { MeasuredSource, tooLarge } from './measured-source.ts';
import { missing } from './missing.ts';
import { openS3Clients, type S3Clients, type S3Options } from './s3-client.ts';
import { isAbsent, isOutOfRange, s3Failure } from './s3-failure.ts';
import { type UploadedFile, uploadFile } from './s3-upload.ts';
import { linkSeconds } from './signed-link.ts';
import type {
  ByteRange,
  DownloadLinkOptions,
  OpenedFile,
  PutOptions,
  Storage,
  StoredFile,
  UploadLinkOptions,
} from './storage.ts';
import { checkKey, checkKeyPrefix, isKey } from './storage-key.ts';
import { newTag } from './writer-tag.ts';

/** How many files of a listing are looked at together: a listing alone tells neither type nor sha256. */
const LOOKS_AT_ONCE = 16;
/** Written and read by every check of every machine, with one content, so that none disturbs another. */
const CHECK_KEY = '.orator-check';

/** Keeps files in a bucket of S3 or of a service that speaks like it. */
export class S3Storage implements Storage {
  readonly #options: S3Options;
  readonly #clients: S3Clients;
  readonly #prefix: string;

  /** Sends nothing yet. @throws {OratorError} `request/invalid` for settings that cannot work */
  constructor(options: S3Options) {
    this.#options = options;
    this.#clients = openS3Clients(options);
    const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
    if (prefix) checkKey(prefix);
    this.#prefix = prefix && `${prefix}/`;
  }

  /** A source has no size before its end, and S3 wants the sha256 first: it is kept in the spool folder until it is all there. */
  async put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile> {
    const target = this.#target(key);
    const path = join(this.#options.spoolFolder, `${newTag()}.part`);
    await using handle = await createFile(path, key);
    // Without a name it is gone with this process, however that ends; where the system forbids that, it goes at the end.
    const isUnnamed = await rm(path).then(
      () => true,
      () => false,
    );
    try {
      const measured = new MeasuredSource(source, options);
      for await (const chunk of measured) await writeAll(handle, chunk, key);
      const { bytes, sha256 } = measured;
      return await this.#upload(key, target, { handle, bytes, sha256, type: options.type }, options.signal);
    } finally {
      if (!isUnnamed) await rm(path, { force: true }).catch(() => {});
    }
  }

  async putFile(key: string, path: string, options: PutOptions): Promise<StoredFile> {
    const target = this.#target(key);
    if ((await stat(path)).size > (options.maxBytes ?? Number.POSITIVE_INFINITY)) throw tooLarge(options.maxBytes!);
    await using handle = await open(path, 'r');
    const measured = new MeasuredSource(readAll(handle), options);
    for await (const _ of measured);
    const { bytes, sha256 } = measured;
    // Awaited here, because the file is closed on return.
    return await this.#upload(key, target, { handle, bytes, sha256, type: options.type }, options.signal);
  }

  async stat(key: string): Promise<StoredFile | null> {
    const target = this.#target(key);
    try {
      return storedFile(key, await this.#clients.client.send(new HeadObjectCommand(target)));
    } catch (thrown) {
      if (isAbsent(thrown)) return null;
      throw this.#failure(thrown, `look for "${key}"`);
    }
  }

  async read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<OpenedFile> {
    const target = this.#target(key);
    const Range = range && rangeHeader(range);
    try {
      const output = await this.#clients.client.send(new GetObjectCommand({ ...target, Range }), {
        abortSignal: signal,
      });
      const body = output.Body as Readable; // in Node it always is
      return { file: storedFile(key, output), body: signal ? addAbortSignal(signal, body) : body };
    } catch (thrown) {
      if (isAbsent(thrown)) throw missing(key);
      if (range && isOutOfRange(thrown)) throw outOfRange(range);
      throw this.#failure(thrown, `read "${key}"`);
    }
  }

  async fetchFile(key: string, path: string, signal?: AbortSignal): Promise<StoredFile> {
    return fetchFile(this, key, path, signal);
  }

  async remove(key: string): Promise<boolean> {
    const target = this.#target(key);
    // S3 does not say whether there was anything to remove.
    if (!(await this.stat(key))) return false;
    try {
      await this.#clients.client.send(new DeleteObjectCommand(target));
      return true;
    } catch (thrown) {
      throw this.#failure(thrown, `remove "${key}"`);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredFile, void, undefined> {
    checkKeyPrefix(prefix);
    let token: string | undefined;
    do {
      const { keys, next } = await this.#listPage(prefix, token);
      for (let at = 0; at < keys.length; at += LOOKS_AT_ONCE) {
        const files = await Promise.all(keys.slice(at, at + LOOKS_AT_ONCE).map((key) => this.stat(key)));
        for (const file of files) if (file) yield file;
      }
      token = next;
    } while (token);
  }

  async downloadLink(key: string, options: DownloadLinkOptions): Promise<string> {
    const { name, disposition } = options;
    const shown = name ?? (disposition && key.split('/').at(-1)!);
    const command = new GetObjectCommand({
      ...this.#target(key),
      ResponseContentDisposition: shown && contentDisposition(disposition ?? 'attachment', shown),
    });
    const expiresIn = linkSeconds(options.seconds);
    try {
      return await getSignedUrl(this.#clients.signer, command, { expiresIn });
    } catch (thrown) {
      throw this.#failure(thrown, `sign a link to "${key}"`);
    }
  }

  async uploadLink(key: string, options: UploadLinkOptions): Promise<string> {
    const { bytes, maxBytes } = options;
    if (bytes !== undefined && bytes > maxBytes) throw tooLarge(maxBytes);
    const command = new PutObjectCommand({ ...this.#target(key), ContentType: options.type, ContentLength: bytes });
    const expiresIn = linkSeconds(options.seconds);
    // Left to itself the SDK signs neither, and the upload could be of any type and length.
    const signableHeaders = new Set(['host', 'content-type', 'content-length']);
    try {
      return await getSignedUrl(this.#clients.signer, command, { expiresIn, signableHeaders });
    } catch (thrown) {
      throw this.#failure(thrown, `sign a link for "${key}"`);
    }
  }

  async check(): Promise<void> {
    const { client } = this.#clients;
    const target = this.#target(CHECK_KEY);
    try {
      await client.send(new PutObjectCommand({ ...target, Body: 'ok', ContentType: 'text/plain' }));
      const { Body } = await client.send(new GetObjectCommand(target));
      if ((await Body?.transformToString()) === 'ok') return;
    } catch (thrown) {
      throw this.#failure(thrown, 'write and read a small file');
    }
    throw new OratorError('storage/failed', 'S3 gives back other bytes than it was given.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clients[Symbol.dispose]();
  }

  #target(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#options.bucket, Key: this.#prefix + key };
  }

  #failure(thrown: unknown, doing: string): OratorError {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#options.credentials ?? {};
    return s3Failure(thrown, doing, [secretAccessKey, sessionToken, accessKeyId]);
  }

  async #upload(
    key: string,
    target: { Bucket: string; Key: string },
    file: UploadedFile,
    signal?: AbortSignal,
  ): Promise<StoredFile> {
    try {
      const etag = await uploadFile(this.#clients.client, target, file, signal);
      return { key, bytes: file.bytes, type: file.type, sha256: file.sha256, etag, modifiedAt: new Date() };
    } catch (thrown) {
      throw this.#failure(thrown, `store "${key}"`);
    }
  }

  async #listPage(prefix: string, token?: string): Promise<{ keys: readonly string[]; next?: string }> {
    try {
      const page = await this.#clients.client.send(
        new ListObjectsV2Command({
          Bucket: this.#options.bucket,
          Prefix: this.#prefix + prefix,
          ContinuationToken: token,
        }),
      );
      const keys = (page.Contents ?? []).map(({ Key }) => (Key ?? '').slice(this.#prefix.length));
      return { keys: keys.filter((key) => key !== CHECK_KEY && isKey(key)), next: page.NextContinuationToken };
    } catch (thrown) {
      throw this.#failure(thrown, 'list files');
    }
  }
}

function storedFile(key: string, head: HeadObjectCommandOutput | GetObjectCommandOutput): StoredFile {
  // A part of a file comes with the length of the part, and says the whole at the end of its range: `bytes 5-9/120`.
  const whole = /\/(\d+)$/.exec(head.ContentRange ?? '')?.[1];
  return {
    key,
    bytes: whole === undefined ? (head.ContentLength ?? 0) : Number(whole),
    type: head.ContentType ?? 'application/octet-stream',
    sha256: head.Metadata?.sha256 ?? '',
    etag: head.ETag,
    modifiedAt: head.LastModified ?? new Date(0),
  };
}

/** S3 answers a range that makes no sense with the whole file: better to refuse it here. */
function rangeHeader(range: ByteRange): string {
  const { start, end } = range;
  const isRange = Number.isSafeInteger(start) && start >= 0 && (end === undefined || end >= start);
  if (!isRange) throw outOfRange(range);
  return `bytes=${start}-${end ?? ''}`;
}
