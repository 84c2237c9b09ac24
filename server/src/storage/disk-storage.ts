import { createReadStream } from 'node:fs';
import { type FileHandle, link, open, realpath, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { makeFolder } from '../folder.ts';
import { stopped } from '../net/stopped.ts';
import { outputError } from '../output.ts';
import { clampRange } from './byte-range.ts';
import { cleanLeftovers } from './disk-leftovers.ts';
import { type DiskFile, nullIfAbsent, readFolder, readRecord, removeRecord, writeRecord } from './disk-records.ts';
import { fetchFile } from './fetch-file.ts';
import { createFile, flush, readAll, writeAll } from './file-steps.ts';
import { KeyLock } from './key-lock.ts';
import { openLinkSecret } from './link-secret.ts';
import { contentEtag, MeasuredSource, tooLarge } from './measured-source.ts';
import { missing } from './missing.ts';
import { type LinkVerdict, signLink, verifyLink } from './signed-link.ts';
import type { ByteRange, DownloadLinkOptions, OpenedFile, PutOptions, Storage, StoredFile } from './storage.ts';
import { checkKey, checkKeyPrefix } from './storage-key.ts';
import { newTag } from './writer-tag.ts';

/** Keeps files in the data folder; `disk-records.ts` says how they lie there. */
export class DiskStorage implements Storage {
  /** Signs links; whoever answers under `/files/` needs it for `verifyLink`. */
  readonly linkSecret: Uint8Array;
  readonly #root: string;
  readonly #parts: string;
  readonly #baseUrl: string;
  readonly #lock = new KeyLock();

  private constructor(folder: string, baseUrl: string, linkSecret: Uint8Array) {
    this.#root = join(folder, 'files');
    this.#parts = join(folder, 'parts');
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.linkSecret = linkSecret;
  }

  /**
   * Opens the storage in the data folder, which is made where it is missing, and removes what dead processes left unfinished.
   * `baseUrl` is what links begin with: where the service is reached from outside.
   * @throws {OratorError} `output/unwritable`, `output/disk-full`
   */
  static async open(options: { folder: string; baseUrl: string }): Promise<DiskStorage> {
    const folder = resolve(options.folder);
    await makeFolder(join(folder, 'files'));
    await makeFolder(join(folder, 'parts'));
    const storage = new DiskStorage(folder, options.baseUrl, await openLinkSecret(join(folder, 'link-secret')));
    await cleanLeftovers(storage.#root, storage.#parts);
    return storage;
  }

  async put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile> {
    checkKey(key);
    const part = this.#newPart();
    const measured = new MeasuredSource(source, options);
    try {
      {
        await using file = await createFile(part, key);
        for await (const chunk of measured) await writeAll(file, chunk, key);
        await flush(file, key);
      }
      return await this.#publish(key, part, measured, options.type);
    } finally {
      await rm(part, { force: true }).catch(() => {});
    }
  }

  async putFile(key: string, path: string, options: PutOptions): Promise<StoredFile> {
    checkKey(key);
    if ((await stat(path)).size > (options.maxBytes ?? Number.POSITIVE_INFINITY)) throw tooLarge(options.maxBytes!);
    const part = this.#newPart();
    try {
      // A second name costs nothing; where the file lies on another disk, or links are not allowed, its bytes are copied.
      if (!(await tryLink(await realpath(path), part))) return await this.put(key, createReadStream(path), options);
      const measured = await measureFile(part, key, options);
      return await this.#publish(key, part, measured, options.type);
    } finally {
      await rm(part, { force: true }).catch(() => {});
    }
  }

  async stat(key: string): Promise<StoredFile | null> {
    checkKey(key);
    return (await readRecord(this.#root, key))?.file ?? null;
  }

  async read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<OpenedFile> {
    checkKey(key);
    const { file, handle } = await this.#open(key);
    try {
      if (signal?.aborted) throw stopped(signal);
      const { start, end } = range ? clampRange(range, file.bytes) : { start: 0, end: file.bytes - 1 };
      // A read stream cannot end before it begins, as an empty file does.
      const body = handle.createReadStream(end < start ? {} : { start, end });
      return { file, body: signal ? addAbortSignal(signal, body) : body };
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  async fetchFile(key: string, path: string, signal?: AbortSignal): Promise<StoredFile> {
    return fetchFile(this, key, path, signal);
  }

  async remove(key: string): Promise<boolean> {
    checkKey(key);
    return this.#lock.run(key, () => removeRecord(this.#root, key));
  }

  async *list(prefix: string): AsyncGenerator<StoredFile, void, undefined> {
    checkKeyPrefix(prefix);
    yield* this.#listFolder('', prefix);
  }

  async downloadLink(key: string, options: DownloadLinkOptions): Promise<string> {
    checkKey(key);
    return this.#baseUrl + signLink(this.linkSecret, key, options);
  }

  /** Says whether a link that somebody comes with is one of ours, unaltered and still valid. */
  verifyLink(key: string, query: URLSearchParams): LinkVerdict {
    return verifyLink(this.linkSecret, key, query);
  }

  async check(): Promise<void> {
    const part = this.#newPart();
    const said = Buffer.from(part);
    try {
      await using file = await createFile(part, 'check');
      await writeAll(file, said, 'check');
      await flush(file, 'check');
      const { buffer } = await file.read(Buffer.alloc(said.length), 0, said.length, 0);
      if (!said.equals(buffer)) {
        throw new OratorError('storage/failed', 'The data folder gives back other bytes than it was given.');
      }
    } finally {
      await rm(part, { force: true }).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #newPart(): string {
    return join(this.#parts, newTag());
  }

  async #publish(key: string, part: string, measured: MeasuredSource, type: string): Promise<StoredFile> {
    const { bytes, sha256 } = measured;
    const file = { key, bytes, type, sha256, etag: contentEtag(sha256), modifiedAt: new Date() };
    try {
      await this.#lock.run(key, () => writeRecord(this.#root, file, part, this.#newPart()));
    } catch (thrown) {
      throw outputError(thrown, key);
    }
    return file;
  }

  async #open(key: string): Promise<DiskFile & { handle: FileHandle }> {
    // Between the record and its content, somebody may replace or remove the file.
    for (let tries = 0; tries < 5; tries++) {
      const found = await readRecord(this.#root, key);
      if (!found) break;
      const handle = await open(found.path, 'r').catch(nullIfAbsent);
      if (handle) return { ...found, handle };
    }
    throw missing(key);
  }

  async *#listFolder(at: string, prefix: string): AsyncGenerator<StoredFile, void, undefined> {
    const { recorded, folders } = await readFolder(join(this.#root, at));
    // With its slash a folder stands where its keys stand among the others.
    const names = [...recorded, ...folders.map((name) => `${name}/`)].sort();
    for (const name of names) {
      const key = at + name;
      if (name.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#listFolder(key, prefix);
      } else if (key.startsWith(prefix)) {
        const found = await readRecord(this.#root, key);
        if (found) yield found.file;
      }
    }
  }
}

const tryLink = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    () => false,
  );

async function measureFile(path: string, key: string, options: PutOptions): Promise<MeasuredSource> {
  await using file = await open(path, 'r');
  const measured = new MeasuredSource(readAll(file), options);
  for await (const _ of measured);
  // Some systems flush only what is open for writing, which a file of someone else cannot be.
  await file.sync().catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EPERM') throw outputError(thrown, key);
  });
  return measured;
}
