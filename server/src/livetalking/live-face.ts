import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { OratorError } from '@orator/core/base/errors';
import type { ShelvedAvatar } from '../avatars/avatar-shelf.ts';
import { STORED_ID } from '../named-files.ts';
import type { Service } from '../service/service.ts';
import type { AssetRow } from '../store/tables.ts';
import type { SessionSource } from '../stream/live-subjects.ts';

/** The face of a session: what its caller calls it, and where it comes from. */
export interface LiveFace {
  readonly name: string;
  readonly source: SessionSource;
}

/** The drawn portrait that ships with Orator: in a checkout among the fixtures, in the package beside the bundle. */
const DRAWN = import.meta.url.endsWith('.ts') ? '../../../fixtures/portrait.jpg' : './portrait.jpg';

/**
 * The face that a caller names: an avatar or an upload of theirs, by id or by name, the newest one first. Where they name none, that of
 * ORATOR_LIVE_AVATAR, else the drawn portrait.
 * @throws {OratorError} `avatar/unknown`, `avatar/unsuitable` for one that does not play live, `image/unreadable`, `storage/…`.
 */
export async function faceFor(owner: string, named: string | undefined, service: Service): Promise<LiveFace> {
  if (named) return ownFace(owner, named, service);
  const { ORATOR_LIVE_AVATAR: usual } = service.config.values;
  if (usual === undefined) return { name: 'orator', source: pictureOf(await readDrawn()) };
  if (STORED_ID.test(usual)) return usualFace(usual, service);
  const source = await readFile(usual).catch((cause: unknown) => {
    const why = `The picture of ORATOR_LIVE_AVATAR, "${usual}", cannot be read. Check the path.`;
    throw new OratorError('image/unreadable', why, { cause });
  });
  return { name: 'default', source: pictureOf(source) };
}

async function ownFace(owner: string, named: string, service: Service): Promise<LiveFace> {
  const { avatars, database } = service;
  const shelved = await avatars
    .select(owner)
    .where(({ or, eb }) => or([eb('id', '=', named), eb('name', '=', named)]))
    .orderBy('created_at', 'desc')
    .limit(MOST_OF_A_NAME)
    .execute();
  const avatar = shelved.find(({ id }) => id === named) ?? shelved.find(plays) ?? shelved[0];
  if (avatar) return faceOfAvatar(avatar);
  const upload = await database.tables
    .selectFrom('assets')
    .selectAll()
    .where('owner', '=', owner)
    .where('kind', '=', 'upload')
    .where(({ or, eb }) => or([eb('id', '=', named), eb('name', '=', named)]))
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  if (upload) return faceOfUpload(upload, service);
  throw new OratorError(
    'avatar/unknown',
    `There is no avatar and no upload "${named.slice(0, 64)}". Upload a picture and give its id.`,
  );
}

/** How many avatars of one name are looked through for one that plays. */
const MOST_OF_A_NAME = 100;

/** What the operator chose for everybody, whoever made it. */
async function usualFace(id: string, service: Service): Promise<LiveFace> {
  const asset = await service.database.tables.selectFrom('assets').selectAll().where('id', '=', id).executeTakeFirst();
  if (asset?.kind === 'avatar') return faceOfAvatar(await service.avatars.find(asset.owner, id));
  if (asset?.kind === 'upload') return faceOfUpload(asset, service);
  throw new OratorError('avatar/unknown', `ORATOR_LIVE_AVATAR names "${id}", which is not there (any more).`);
}

const plays = ({ model }: ShelvedAvatar) => model === 'portrait';

function faceOfAvatar(avatar: ShelvedAvatar): LiveFace {
  const { name, model, storage_key } = avatar;
  if (!plays(avatar)) {
    throw new OratorError(
      'avatar/unsuitable',
      `The avatar "${name}" is for ${model}, and no engine here plays that live. Make one with the model "portrait" from a photo.`,
    );
  }
  return { name, source: { type: 'avatar', storageKey: storage_key } };
}

async function faceOfUpload({ name, storage_key }: AssetRow, { storage }: Service): Promise<LiveFace> {
  return { name, source: pictureOf(await buffer((await storage.read(storage_key)).body)) };
}

const pictureOf = (bytes: Uint8Array): SessionSource => ({ type: 'picture', bytes });

async function readDrawn(): Promise<Uint8Array> {
  return readFile(new URL(DRAWN, import.meta.url)).catch((cause: unknown) => {
    const why = 'The drawn portrait is missing from this installation. Name an avatar, or install Orator again.';
    throw new OratorError('image/unreadable', why, { cause });
  });
}
