import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { KeyLock } from '../storage/key-lock.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import type { PieceRow, UploadRow } from '../store/tables.ts';
import type { Digest } from './digest.ts';
import type { Intake } from './intake.ts';
import { type OpenLimits, requireOpenRoom } from './open-uploads.ts';
import { PieceCutter } from './piece-cutter.ts';
import { sniffed } from './sniff.ts';

/*
 * What has come of a file lies in the storage in pieces, and the table says which of them count; so it outlives the process, and any
 * process on the same database and storage can go on with it. A piece counts from the moment that `received` moves past it, in one
 * transaction, which only the row's `writer` can make: whoever began to add last. An earlier one that wakes up again changes nothing.
 */

/** A process that is killed loses at most so much of what had come. */
const PIECE_BYTES = 4 << 20;
/** After so long without news of it an upload is given up. */
const KEPT_MS = 24 * 3600_000;
/** How the keys of pieces begin. */
export const PIECE_PREFIX = 'partials/';

/** A file that will come in parts. */
export interface NewUpload {
  readonly owner: string;
  readonly name: string | null;
  /** What else the sender says of it, kept as it is. */
  readonly metadata: string;
  /** How long the whole file is. */
  readonly bytes: number;
}

/** A part of an upload. */
export interface Part {
  /** Where in the file its first byte is. */
  readonly at: number;
  readonly source: AsyncIterable<Uint8Array>;
  /** What the part has to hash to; nothing of it counts before that is known. */
  readonly digest?: Digest;
}

/** Uploads that go on where they were broken off. */
export class ResumableUploads {
  readonly #database: Database;
  readonly #storage: Storage;
  readonly #intake: Intake;
  readonly #open: OpenLimits;
  readonly #finishing = new KeyLock();

  constructor(database: Database, storage: Storage, intake: Intake, open: OpenLimits) {
    this.#database = database;
    this.#storage = storage;
    this.#intake = intake;
    this.#open = open;
  }

  /** Expects a file. @throws {OratorError} `request/too-large`, `request/invalid` for an empty one, `limit/reached` when too much is open. */
  async create({ owner, name, metadata, bytes }: NewUpload): Promise<UploadRow> {
    this.#intake.checkSize(bytes);
    if (bytes === 0) throw new OratorError('request/invalid', 'The file is empty. Send one with something in it.');
    return this.#database.tables.transaction().execute(async (trx) => {
      await requireOpenRoom(trx, { owner, bytes }, this.#open);
      return trx
        .insertInto('uploads')
        .values({ id: randomUUID(), owner, name, metadata, bytes, expires_at: expiry() })
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  /**
   * How far an upload is. One whose last byte is there is an asset of the same id.
   * @throws {OratorError} `upload/unknown`, also for somebody else's; what `Intake.take` throws.
   */
  async find(owner: string, id: string): Promise<UploadRow> {
    const row = await this.#row(owner, id);
    return row.received === row.bytes && !row.finished_at ? this.#finish(row) : row;
  }

  /**
   * Adds a part. What came of it before it broke off counts, unless it has a digest; from then on whoever began to add before has lost.
   * @throws {OratorError} `upload/unknown`; `upload/conflict` when it begins elsewhere than where the upload ends or another one adds;
   * `upload/checksum`; `request/too-large`; what `Intake.take` throws, after which the upload is gone if its file was refused.
   */
  async append(owner: string, id: string, { at, source, digest }: Part): Promise<UploadRow> {
    const row = await this.#takeOver(owner, id, at);
    const limited = limit(source, row.bytes - at);
    const body = at === 0 && !digest ? sniffed(limited, false) : limited;
    const cutter = new PieceCutter(digest ? digest.of(body) : body, PIECE_BYTES);
    const waiting: PieceRow[] = [];
    let end = at;
    try {
      for (let piece = await cutter.next(); piece; piece = await cutter.next()) {
        const key = `${PIECE_PREFIX}${id}/${randomUUID()}`;
        const { bytes } = await this.#storage.put(key, piece, { type: 'application/octet-stream' });
        waiting.push({ upload_id: id, starts_at: end, storage_key: key });
        end += bytes;
        if (!digest) await this.#commit(row, waiting.splice(0), end);
      }
      if (cutter.failure) throw cutter.failure;
      digest?.check();
      if (waiting.length > 0) await this.#commit(row, waiting.splice(0), end);
    } catch (thrown) {
      if (OratorError.from(thrown).code === 'upload/unsupported') await this.#discard(id);
      throw thrown;
    } finally {
      await this.#removeFiles(waiting);
    }
    return this.find(owner, id);
  }

  /** Gives an upload up; the asset that it may have become stays. @throws {OratorError} `upload/unknown` */
  async remove(owner: string, id: string): Promise<void> {
    await this.#row(owner, id);
    await this.#discard(id);
  }

  /** Removes uploads that nobody went on with in time; says how many. */
  async removeExpired(now: number): Promise<number> {
    const { tables } = this.#database;
    const expired = await tables.selectFrom('uploads').select('id').where('expires_at', '<', new Date(now)).execute();
    for (const { id } of expired) await this.#discard(id);
    return expired.length;
  }

  async #row(owner: string, id: string): Promise<UploadRow> {
    const row = await this.#database.tables
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('expires_at', '>', new Date())
      .executeTakeFirst();
    if (!row) {
      throw new OratorError('upload/unknown', 'There is no such upload, or it was given up. Begin a new one.');
    }
    return row;
  }

  /** Makes the caller the one who adds. */
  async #takeOver(owner: string, id: string, at: number): Promise<UploadRow> {
    const row = await this.#database.tables
      .updateTable('uploads')
      .set({ writer: randomUUID(), expires_at: expiry() })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('expires_at', '>', new Date())
      .where('received', '=', at)
      .where('finished_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (row) return row;
    const { received, bytes } = await this.#row(owner, id);
    throw new OratorError(
      'upload/conflict',
      received === bytes
        ? 'This upload is complete. Use its id as that of the file.'
        : `This upload goes on at byte ${received}, not at ${at}. Ask with HEAD how far it is.`,
    );
  }

  /** Makes pieces count. @throws {OratorError} `upload/conflict` when another one adds by now. */
  async #commit({ id, writer }: UploadRow, pieces: readonly PieceRow[], end: number): Promise<void> {
    const at = pieces[0]!.starts_at;
    const isOurs = await this.#database.tables.transaction().execute(async (trx) => {
      const moved = await trx
        .updateTable('uploads')
        .set({ received: end, expires_at: expiry() })
        .where('id', '=', id)
        .where('writer', '=', writer)
        .where('received', '=', at)
        .executeTakeFirst();
      if (moved.numUpdatedRows === 0n) return false;
      await trx
        .insertInto('pieces')
        .values([...pieces])
        .execute();
      return true;
    });
    if (isOurs) return;
    await this.#removeFiles(pieces);
    throw new OratorError(
      'upload/conflict',
      'Another request goes on with this upload, or it was given up. Ask with HEAD how far it is.',
    );
  }

  /** Makes an asset of a file that is all there. Again and again does no harm, whoever else does it too. */
  async #finish({ owner, id, name }: UploadRow): Promise<UploadRow> {
    return this.#finishing.run(id, async () => {
      const row = await this.#row(owner, id);
      if (row.finished_at) return row;
      const pieces = await this.#piecesOf(id);
      try {
        await this.#intake.take({ owner, id, name: name ?? undefined, source: this.#contentOf(pieces) });
      } catch (thrown) {
        const after = await this.#row(owner, id);
        if (after.finished_at) return after; // another process was faster and has removed the pieces
        const { http } = OratorError.from(thrown).policy;
        if (http < 500 && http !== 404) await this.#discard(id); // it will not become better
        throw thrown;
      }
      const finished = await this.#database.tables.transaction().execute(async (trx) => {
        await trx.deleteFrom('pieces').where('upload_id', '=', id).execute();
        const set = trx.updateTable('uploads').set({ finished_at: new Date() });
        return set.where('id', '=', id).returningAll().executeTakeFirst();
      });
      await this.#removeFiles(pieces);
      return finished ?? { ...row, finished_at: new Date() };
    });
  }

  async *#contentOf(pieces: readonly PieceRow[]): AsyncGenerator<Uint8Array, void, undefined> {
    for (const { storage_key } of pieces) yield* (await this.#storage.read(storage_key)).body;
  }

  async #piecesOf(id: string): Promise<PieceRow[]> {
    const { tables } = this.#database;
    return tables.selectFrom('pieces').selectAll().where('upload_id', '=', id).orderBy('starts_at').execute();
  }

  /** The record first: files that nothing leads to are found again by their keys. */
  async #discard(id: string): Promise<void> {
    const pieces = await this.#piecesOf(id);
    await this.#database.tables.deleteFrom('uploads').where('id', '=', id).execute();
    await this.#removeFiles(pieces);
  }

  async #removeFiles(pieces: readonly PieceRow[]): Promise<void> {
    for (const { storage_key } of pieces) await this.#storage.remove(storage_key);
  }
}

const expiry = () => new Date(Date.now() + KEPT_MS);

/** Refuses a part that is longer than what is missing. */
async function* limit(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = most;
  for await (const chunk of source) {
    left -= chunk.length;
    if (left < 0) {
      throw new OratorError(
        'request/too-large',
        'More bytes came than the upload was announced with. Begin a new one.',
      );
    }
    yield chunk;
  }
}
