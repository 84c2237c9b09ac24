import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { clearAway } from '../folder.ts';
import type { ClipPool } from '../jobs/clip-pool.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import type { AssetRow, AvatarRow } from '../store/tables.ts';
import { ARCHIVE_LIMITS, extractAvatar } from './avatar-archive.ts';
import type { AvatarFacts } from './avatar-check.ts';
import { LIVETALKING_FACE_SIZE, recropArchive } from './livetalking-archive.ts';
import { PORTRAIT_FILES, readPortraitFacts } from './portrait-avatar.ts';
import { previewOf, storeAvatar } from './stored-avatar.ts';

/** A stored avatar: what is known of it, and of its TAR. */
export type ShelvedAvatar = Omit<AvatarRow, 'picture'> & Pick<AssetRow, 'bytes' | 'sha256' | 'storage_key'>;

/** What a shelf works with. */
export interface ShelfTools {
  readonly database: Database;
  readonly storage: Storage;
  /** Prepares the photos of imported portrait avatars. */
  readonly clips: ClipPool;
  /** A folder for what is on its way in. */
  readonly scratch: string;
  /** The largest TAR that is taken in. */
  readonly mostBytes: number;
}

/** Whose an avatar that comes in will be, what it is called, and the request that brought it. */
export interface NewArrival {
  readonly owner: string;
  readonly name: string;
  readonly correlationId: string;
}

/** The avatars of a service. Somebody else's are as if they were not there. */
export class AvatarShelf {
  readonly #tools: ShelfTools;

  constructor(tools: ShelfTools) {
    this.#tools = tools;
  }

  /** All of an owner's, as a query that can be narrowed and read by pages. */
  select(owner: string) {
    const all = this.#tools.database.tables
      .selectFrom('avatars')
      .innerJoin('assets', 'assets.id', 'avatars.id')
      .select(['avatars.id', 'avatars.owner', 'avatars.name', 'avatars.model', 'avatars.face_size', 'avatars.frames'])
      .select(['avatars.width', 'avatars.height', 'avatars.job_id', 'avatars.created_at'])
      .select(['assets.bytes', 'assets.sha256', 'assets.storage_key'])
      .where('avatars.owner', '=', owner);
    return this.#tools.database.tables.selectFrom(all.as('avatar')).selectAll();
  }

  /** One of an owner's. @throws {OratorError} `avatar/unknown`, also for somebody else's. */
  async find(owner: string, id: string): Promise<ShelvedAvatar> {
    const row = await this.select(owner).where('id', '=', id).executeTakeFirst();
    if (!row)
      throw new OratorError('avatar/unknown', `There is no avatar "${id.slice(0, 64)}". List those that there are.`);
    return row;
  }

  /** A small JPEG of it, made at the first time and kept. @throws {OratorError} `storage/…`. */
  async picture({ id, storage_key }: ShelvedAvatar): Promise<Uint8Array> {
    const { database, storage } = this.#tools;
    const kept = await database.tables.selectFrom('avatars').select('picture').where('id', '=', id).executeTakeFirst();
    if (kept?.picture) return kept.picture;
    const picture = await previewOf(storage, storage_key);
    await database.tables.updateTable('avatars').set({ picture }).where('id', '=', id).execute();
    return picture;
  }

  /**
   * Its TAR as today's LiveTalking needs it; null when the stored one is that already.
   * @throws {OratorError} `avatar/unsuitable` when LiveTalking cannot load it however it is packed.
   */
  forLiveTalking({ name, model, face_size, storage_key }: ShelvedAvatar): Readable | null {
    if (model === 'portrait') {
      throw new OratorError(
        'avatar/unsuitable',
        `The avatar "${name}" is a portrait, which LiveTalking cannot load. Build one from a training video.`,
      );
    }
    if (model === 'musetalk' || face_size === LIVETALKING_FACE_SIZE) return null;
    const { storage } = this.#tools;
    return recropArchive(async () => (await storage.read(storage_key)).body);
  }

  /**
   * Takes in a TAR that may come from anybody, as one avatar or not at all.
   * @throws {OratorError} `avatar/invalid`, for a portrait `image/…` and `face/…` too; `storage/…`, `output/…`, `cancelled`.
   */
  async import(
    { owner, name, correlationId }: NewArrival,
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ShelvedAvatar> {
    const { database, storage, scratch, mostBytes } = this.#tools;
    const work = await mkdtemp(join(scratch, 'import-'));
    try {
      const unpacked = join(work, 'unpacked');
      const facts = await extractAvatar(source, unpacked, signal, { ...ARCHIVE_LIMITS, bytes: mostBytes });
      const own =
        facts.model === 'portrait'
          ? await this.#prepare(unpacked, work, correlationId, signal)
          : { folder: unpacked, facts };
      const id = randomUUID();
      const key = `avatars/${id}/0.tar`; // as of a job that took no try: the janitor knows it as ours
      const { asset, avatar } = await storeAvatar(storage, { id, owner, name, key, jobId: null, ...own }, signal);
      await database.tables
        .transaction()
        .execute(async (trx) => {
          await trx.insertInto('assets').values(asset).execute();
          await trx.insertInto('avatars').values(avatar).execute();
        })
        .catch(async (thrown: unknown) => {
          await storage.remove(key);
          throw thrown;
        });
      return await this.find(owner, id);
    } finally {
      await clearAway(work);
    }
  }

  /** Removes it with its TAR. */
  async remove({ id, storage_key }: ShelvedAvatar): Promise<void> {
    const { database, storage } = this.#tools;
    await storage.remove(storage_key);
    await database.tables.deleteFrom('assets').where('id', '=', id).execute(); // and with it the avatar
  }

  /** Of a stranger's portrait only the photo counts: what is drawn from it is made here. */
  async #prepare(unpacked: string, work: string, correlationId: string, signal: AbortSignal) {
    const { face } = await readPortraitFacts(unpacked);
    const folder = join(work, 'portrait');
    const image = join(unpacked, PORTRAIT_FILES.picture);
    const { width, height } = await this.#tools.clips.prepare({ image, face, folder }, correlationId, signal);
    const facts: AvatarFacts = { model: 'portrait', frames: 1, width, height, faceSize: null };
    return { folder, facts };
  }
}
