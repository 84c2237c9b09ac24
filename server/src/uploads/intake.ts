import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { download } from '../net/download.ts';
import type { Guard } from '../net/guarded-request.ts';
import { createFile, writeAll } from '../storage/file-steps.ts';
import type { Storage } from '../storage/storage.ts';
import { newTag } from '../storage/writer-tag.ts';
import type { Database } from '../store/database.ts';
import type { AssetRow } from '../store/tables.ts';
import { checkMedia, type MediaKind, requireKind } from './media-check.ts';
import { sniffed } from './sniff.ts';

/** What may come in, and how it is kept. */
export interface IntakeSetup {
  readonly database: Database;
  readonly storage: Storage;
  /** A folder for files on their way in. */
  readonly scratch: string;
  readonly ffmpeg: () => Promise<Ffmpeg>;
  /** How addresses that users name are kept harmless. */
  readonly guard: Guard;
  /** The largest file, in MB. */
  readonly mostMegabytes: number;
  /** How long a download from an address may take. */
  readonly downloadSeconds: number;
  /** After how many days an upload is removed; 0 = never. */
  readonly keepDays: number;
}

/** A file that somebody sends. */
export interface Incoming {
  readonly owner: string;
  /** What its sender calls it. */
  readonly name: string | undefined;
  /** The id that it will have; a new one where none is given. Taking the same in twice does no harm. */
  readonly id?: string;
  readonly source: AsyncIterable<Uint8Array>;
}

const DAY_MS = 86_400_000;
/** The other side of a download may say nothing for so long. */
const IDLE_SECONDS = 20;
const LONGEST_NAME = 200;
const NO_SIGNAL = new AbortController().signal;

/** The one way in for files from outside, however they come: looked at before anything trusts them, then kept as uploads. */
export class Intake {
  readonly #setup: IntakeSetup;

  constructor(setup: IntakeSetup) {
    this.#setup = setup;
  }

  /** The largest file that is taken in. */
  get mostBytes(): number {
    return this.#setup.mostMegabytes * 1e6;
  }

  /**
   * Takes in a file that is sent, and keeps it.
   * @throws {OratorError} `request/too-large`, what `checkMedia` throws, `output/disk-full`, `storage/failed`, and what its source throws.
   */
  async take({ source, ...incoming }: Incoming): Promise<AssetRow> {
    return this.#withFile(async (path) => {
      await this.#receive(source, path);
      return this.#keep(incoming, path);
    });
  }

  /**
   * Downloads a file from an address that a user gave, and keeps it.
   * @throws {OratorError} what `download` and `checkMedia` throw.
   */
  async takeFrom(address: string, owner: string, signal: AbortSignal): Promise<AssetRow> {
    return this.#withFile(async (path) => {
      const { name } = await this.#download(address, path, signal);
      return this.#keep({ owner, name }, path, signal);
    });
  }

  /**
   * Brings a file from an address that a user gave to `path`, and makes sure that it is of a kind. It is not kept.
   * @throws {OratorError} what `download` and `checkMedia` throw; `upload/unsupported` when it is of another kind.
   */
  async fetch(address: string, path: string, kind: MediaKind, signal: AbortSignal): Promise<void> {
    await this.#download(address, path, signal);
    requireKind(kind, await checkMedia(path, { ffmpeg: this.#setup.ffmpeg, signal }));
  }

  /** Refuses a file that says it is larger than is allowed. @throws {OratorError} `request/too-large` */
  checkSize(bytes: number): void {
    if (bytes > this.mostBytes) throw this.tooLarge();
  }

  /** What to say to who sends too much. */
  tooLarge(): OratorError {
    const { mostMegabytes } = this.#setup;
    return new OratorError(
      'request/too-large',
      `The file is larger than ${mostMegabytes} MB. Send a smaller one, or raise ORATOR_UPLOAD_MB.`,
    );
  }

  async #withFile<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#setup.scratch, newTag());
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #receive(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
    await using file = await createFile(path, 'the upload');
    let bytes = 0;
    for await (const chunk of sniffed(source)) {
      bytes += chunk.length;
      this.checkSize(bytes);
      await writeAll(file, chunk, 'the upload');
    }
  }

  async #download(address: string, path: string, signal: AbortSignal) {
    const { guard, downloadSeconds } = this.#setup;
    const limits = {
      maxBytes: this.mostBytes,
      totalSeconds: downloadSeconds,
      idleSeconds: Math.min(downloadSeconds, IDLE_SECONDS),
    };
    return download(address, path, limits, guard, signal);
  }

  async #keep(incoming: Omit<Incoming, 'source'>, path: string, signal = NO_SIGNAL): Promise<AssetRow> {
    const { database, storage, ffmpeg, keepDays } = this.#setup;
    const type = await checkMedia(path, { ffmpeg, signal });
    const { owner, name, id = randomUUID() } = incoming;
    const { key, bytes, sha256 } = await storage.putFile(`uploads/${id}`, path, { type, signal });
    const asset = {
      id,
      owner,
      kind: 'upload' as const,
      storage_key: key,
      name: plainName(name),
      type,
      bytes,
      sha256,
      expires_at: keepDays > 0 ? new Date(Date.now() + keepDays * DAY_MS) : null,
    };
    return database.tables
      .insertInto('assets')
      .values(asset)
      .onConflict((same) => same.column('id').doUpdateSet({ expires_at: asset.expires_at }))
      .returningAll()
      .executeTakeFirstOrThrow();
  }
}

/** A name without folders or signs that could do harm where it is shown or saved. */
const plainName = (name: string | undefined) =>
  (name ?? '')
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\p{C}<>:"|?*]/gu, '')
    .slice(-LONGEST_NAME) || 'file';
