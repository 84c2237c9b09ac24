import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { stopped } from '../net/stopped.ts';
import { clampRange } from './byte-range.ts';
import { fetchFile } from './fetch-file.ts';
import { contentEtag, MeasuredSource } from './measured-source.ts';
import { missing } from './missing.ts';
import { type LinkVerdict, signLink, verifyLink } from './signed-link.ts';
import type { ByteRange, DownloadLinkOptions, OpenedFile, PutOptions, Storage, StoredFile } from './storage.ts';
import { checkKey, checkKeyPrefix } from './storage-key.ts';

/** Keeps files in memory, for tests and for trying things out: they are gone with the process. */
export class MemoryStorage implements Storage {
  readonly #files = new Map<string, { file: StoredFile; content: Uint8Array }>();
  readonly #secret = randomBytes(32);
  readonly #baseUrl: string;

  /** `baseUrl` is where links begin, without a slash at its end. */
  constructor(options: { baseUrl?: string } = {}) {
    this.#baseUrl = options.baseUrl ?? '';
  }

  async put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile> {
    checkKey(key);
    const measured = new MeasuredSource(source, options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of measured) chunks.push(Uint8Array.from(chunk)); // the source may use its buffer again
    const { bytes, sha256 } = measured;
    const file = { key, bytes, type: options.type, sha256, etag: contentEtag(sha256), modifiedAt: new Date() };
    this.#files.set(key, { file, content: Buffer.concat(chunks) });
    return file;
  }

  async putFile(key: string, path: string, options: PutOptions): Promise<StoredFile> {
    checkKey(key);
    return this.put(key, createReadStream(path), options);
  }

  async stat(key: string): Promise<StoredFile | null> {
    checkKey(key);
    return this.#files.get(key)?.file ?? null;
  }

  async read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<OpenedFile> {
    checkKey(key);
    const found = this.#files.get(key);
    if (!found) throw missing(key);
    if (signal?.aborted) throw stopped(signal);
    const { file, content } = found;
    const { start, end } = range ? clampRange(range, file.bytes) : { start: 0, end: file.bytes - 1 };
    const body = Readable.from(pieces(content.subarray(start, end + 1)), { objectMode: false });
    return { file, body: signal ? addAbortSignal(signal, body) : body };
  }

  async fetchFile(key: string, path: string, signal?: AbortSignal): Promise<StoredFile> {
    return fetchFile(this, key, path, signal);
  }

  async remove(key: string): Promise<boolean> {
    checkKey(key);
    return this.#files.delete(key);
  }

  async *list(prefix: string): AsyncGenerator<StoredFile, void, undefined> {
    checkKeyPrefix(prefix);
    for (const key of [...this.#files.keys()].sort()) {
      const file = this.#files.get(key)?.file;
      if (file && key.startsWith(prefix)) yield file;
    }
  }

  async downloadLink(key: string, options: DownloadLinkOptions): Promise<string> {
    checkKey(key);
    return this.#baseUrl + signLink(this.#secret, key, options);
  }

  /** Says whether a link that somebody comes with is one of ours, unaltered and still valid. */
  verifyLink(key: string, query: URLSearchParams): LinkVerdict {
    return verifyLink(this.#secret, key, query);
  }

  async check(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#files.clear();
  }
}

/** 64 kB at a time, as a disk gives them. */
function* pieces(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += 1 << 16) yield content.subarray(at, at + (1 << 16));
}
