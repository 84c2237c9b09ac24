import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { OratorError } from '@orator/core/base/errors';
import { makeFolder } from '../folder.ts';
import { readPicture } from '../media/picture.ts';
import { outputError } from '../output.ts';
import type { Storage } from '../storage/storage.ts';
import type { NewAsset, NewAvatar } from '../store/tables.ts';
import { packAvatar } from './avatar-archive.ts';
import type { AvatarFacts } from './avatar-check.ts';
import { PORTRAIT_FILES, type PortraitFacts, parsePortraitFacts } from './portrait-avatar.ts';
import { entriesOf, type TarEntry, writeEntry } from './tar-entries.ts';

/** An avatar's folder on its way into the storage. */
export interface FinishedFolder {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly folder: string;
  /** Where the storage keeps it, under `avatars/`. */
  readonly key: string;
  readonly facts: AvatarFacts;
  readonly jobId: string | null;
}

/**
 * Puts an avatar into the storage as TAR, streamed, and gives the rows that make it known; until they are written, in one transaction,
 * nobody sees it. Avatars are kept until somebody deletes them.
 * @throws {OratorError} `avatar/invalid`, `storage/…`, `output/…`, `cancelled`.
 */
export async function storeAvatar(
  storage: Storage,
  { id, owner, name, folder, key, facts, jobId }: FinishedFolder,
  signal: AbortSignal,
): Promise<{ readonly asset: NewAsset; readonly avatar: NewAvatar }> {
  const type = 'application/x-tar';
  const { bytes, sha256 } = await storage.put(key, await packAvatar(folder), { type, signal });
  const { model, faceSize, frames, width, height } = facts;
  return {
    asset: {
      id,
      owner,
      kind: 'avatar',
      storage_key: key,
      name: `${name}.tar`,
      type,
      bytes,
      sha256,
      expires_at: null,
    },
    avatar: { id, owner, name, model, face_size: faceSize, frames, width, height, job_id: jobId },
  };
}

/**
 * Brings the photo of a stored portrait avatar, and what it was prepared into, to a folder.
 * @throws {OratorError} `storage/…`, `output/…`, `cancelled`.
 */
export async function fetchPortrait(
  storage: Storage,
  key: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly image: string; readonly prepared: string }> {
  await makeFolder(folder);
  const { picture, prepared } = PORTRAIT_FILES;
  const { body } = await storage.read(key, undefined, signal);
  for await (const entry of entriesOf(body, signal)) {
    const { name } = entry.header;
    if (name !== picture && name !== prepared) entry.resume();
    else await keep(entry, folder, name);
  }
  return { image: join(folder, picture), prepared: join(folder, prepared) };
}

/** Writes one file; what the file system says of it is said in our codes. */
async function keep(entry: TarEntry, folder: string, name: string): Promise<void> {
  await writeEntry(entry, join(folder, name)).catch((thrown: NodeJS.ErrnoException) => {
    throw thrown.syscall ? outputError(thrown, name) : thrown;
  });
}

/**
 * Reads the photo of a stored portrait avatar, what it was prepared into, and its facts.
 * @throws {OratorError} `avatar/invalid`, `storage/…`, `cancelled`.
 */
export async function readPortrait(
  storage: Storage,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly picture: Uint8Array; readonly prepared: Uint8Array; readonly facts: PortraitFacts }> {
  const { body } = await storage.read(key, undefined, signal);
  const files = new Map<string, Uint8Array>();
  for await (const entry of entriesOf(body, signal)) files.set(entry.header.name, await buffer(entry));
  const [picture, prepared, facts] = [PORTRAIT_FILES.picture, PORTRAIT_FILES.prepared, PORTRAIT_FILES.facts].map(
    (name) => files.get(name),
  );
  if (picture && prepared && facts) return { picture, prepared, facts: parsePortraitFacts(facts) };
  throw new OratorError('avatar/invalid', 'The avatar lacks its photo. Make it again.');
}

/** The longer side of a preview. */
const PREVIEW_SIDE = 320;

/** A small JPEG of a stored avatar: its first frame, or its photo. @throws {OratorError} `avatar/invalid`, `storage/…`. */
export async function previewOf(storage: Storage, key: string): Promise<Uint8Array> {
  const { body } = await storage.read(key);
  for await (const entry of entriesOf(body)) {
    const { name } = entry.header;
    if (name === PORTRAIT_FILES.picture || name.startsWith('full_imgs/')) return shrink(await buffer(entry));
    entry.resume();
  }
  throw new OratorError('avatar/invalid', 'The avatar holds no picture. Build it again.');
}

async function shrink(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const { width, height, pixels } = await readPicture(bytes);
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .resize(PREVIEW_SIDE, PREVIEW_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
}
