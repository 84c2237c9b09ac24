import { open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { makeFolder } from '../folder.ts';
import { contentEtag } from './measured-source.ts';
import type { StoredFile } from './storage.ts';
import { newTag } from './writer-tag.ts';

/*
 * How files lie on the disk. `a/clip.mp4` is two files in the folder `files/a`: the content, `<tag>~clip.mp4`, and the record,
 * `~clip.mp4.json`, which names the content that counts. Content is put in place first; renaming the record is what makes it
 * visible, replaces an older one and is the only step that matters, so a process may die anywhere. `~` is in no key.
 */

const record = z.object({
  content: z.string().regex(/^[0-9a-f-]+~[A-Za-z0-9._-]+$/),
  bytes: z.int().min(0),
  type: z.string(),
  sha256: z.string(),
  modifiedAt: z.coerce.date(),
});
const RECORD = /^~(.+)\.json$/;
const CONTENT = /^[0-9a-f]{8}-\d+-[0-9a-f]{8}~(.+)$/;

/** A stored file and where its content lies. */
export interface DiskFile {
  readonly file: StoredFile;
  readonly path: string;
}

/** The names that one folder holds, told apart. */
export interface FolderNames {
  /** Last parts of the keys that have a record. */
  readonly recorded: readonly string[];
  /** Content files, by the last part of the key they belong to. */
  readonly contents: ReadonlyMap<string, readonly string[]>;
  readonly folders: readonly string[];
}

const recordPath = (root: string, key: string) => join(root, dirname(key), `~${basename(key)}.json`);

/** Finds a file by its record, whose content has to be there in full. */
export async function readRecord(root: string, key: string): Promise<DiskFile | null> {
  // A file that is replaced just now has its old content removed between the two looks.
  for (let tries = 0; tries < 5; tries++) {
    const found = await parseRecord(root, key);
    if (!found) return null;
    const content = await stat(found.path).catch(nullIfAbsent);
    if (content?.isFile() && content.size === found.file.bytes) return found;
  }
  return null;
}

async function parseRecord(root: string, key: string): Promise<DiskFile | null> {
  const text = await readFile(recordPath(root, key), 'utf8').catch(nullIfAbsent);
  if (text === null) return null;
  const parsed = record.safeParse(parseJson(text));
  if (!parsed.success) return null; // damaged by something else than us: as good as gone
  const { content, ...known } = parsed.data;
  return { file: { key, ...known, etag: contentEtag(known.sha256) }, path: join(root, dirname(key), content) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Makes `content`, a finished file on the same disk, what is under a key, and removes what was there. `temporary` is a path on the
 * same disk for the record on its way.
 */
export async function writeRecord(root: string, file: StoredFile, content: string, temporary: string): Promise<void> {
  const path = recordPath(root, file.key);
  const placed = join(dirname(path), `${newTag()}~${basename(file.key)}`);
  const old = await parseRecord(root, file.key);
  await place(content, placed);
  try {
    const { bytes, type, sha256, modifiedAt } = file;
    const text = JSON.stringify({ content: basename(placed), bytes, type, sha256, modifiedAt });
    await writeDurably(temporary, `${text}\n`);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {});
    await rm(placed, { force: true }).catch(() => {});
    await pruneFolders(root, dirname(path));
    throw thrown;
  }
  await synchroniseFolder(dirname(path));
  if (old) await rm(old.path, { force: true }).catch(() => {});
}

/** Removes a file, record first; says whether there was one. */
export async function removeRecord(root: string, key: string): Promise<boolean> {
  const found = await readRecord(root, key);
  const path = recordPath(root, key);
  await rm(path, { force: true });
  if (found) await rm(found.path, { force: true });
  await pruneFolders(root, dirname(path));
  return found !== null;
}

/** What one folder holds. A folder that is not there holds nothing. */
export async function readFolder(path: string): Promise<FolderNames> {
  const recorded: string[] = [];
  const folders: string[] = [];
  const contents = new Map<string, string[]>();
  for (const entry of (await readdir(path, { withFileTypes: true }).catch(nullIfAbsent)) ?? []) {
    const owner = CONTENT.exec(entry.name)?.[1];
    const recordOf = RECORD.exec(entry.name)?.[1];
    if (entry.isDirectory()) folders.push(entry.name);
    else if (owner !== undefined) contents.set(owner, [...(contents.get(owner) ?? []), entry.name]);
    else if (recordOf !== undefined) recorded.push(recordOf);
  }
  return { recorded, contents, folders };
}

/** For what may not be there. A disk that does not answer is another matter. @throws {OratorError} `storage/failed` */
export function nullIfAbsent(thrown: NodeJS.ErrnoException): null {
  if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return null;
  throw new OratorError('storage/failed', `The data folder cannot be read (${thrown.code}).`, { cause: thrown });
}

/** Removes a folder and those above it, up to the root, as long as they are empty. */
export async function pruneFolders(root: string, folder: string): Promise<void> {
  try {
    for (let path = folder; path.length > root.length && path.startsWith(root); path = dirname(path)) await rmdir(path);
  } catch {
    // Not empty, or somebody else was faster.
  }
}

/** Renames a file into a folder that may be removed at the same time because it is still empty. */
async function place(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(dirname(to));
      return await rename(from, to);
    } catch (thrown) {
      const { code } = (thrown instanceof OratorError ? thrown.cause : thrown) as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || tries === 10) throw thrown;
    }
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(text);
  await file.sync();
}

/** Makes names last through a power cut; some systems cannot open folders, and lose nothing by it. */
async function synchroniseFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r');
    await folder.sync();
  } catch {
    // See above.
  }
}
