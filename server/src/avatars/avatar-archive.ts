import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { OratorError } from '@orator/core/base/errors';
import { type Pack, pack } from 'tar-stream';
import { Output, outputError } from '../output.ts';
import { type AvatarFacts, type AvatarListing, checkAvatar, listAvatar } from './avatar-check.ts';
import { isAvatarFolder, isAvatarName, parseEntry, pictureName } from './avatar-layout.ts';
import { FolderOutput } from './folder-output.ts';
import { stopIfAborted } from './refusals.ts';
import { rewritePickles } from './rewritten-pickles.ts';
import { entriesOf, type TarEntry, writeEntry } from './tar-entries.ts';

/** What an archive from outside may cost. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Of one file. */
  readonly entryBytes: number;
  /** Of the whole archive. */
  readonly bytes: number;
}

/** Two minutes of frames and faces twice over; a frame of 8K takes 100 MB at most; two minutes of 1080p take 8 GB. */
export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 15_000, entryBytes: 128 << 20, bytes: 16 * 2 ** 30 };
/** 2000-01-01: archives of the same avatar are the same bytes. */
const MODIFIED = new Date(946_684_800_000);
/** Room for the header of a file and the rest of its last block. */
const BLOCK_BYTES = 1024;

/**
 * An avatar as TAR, byte for byte the same whenever it is packed: ustar, sorted, no compression (pictures have their own). Read it to
 * its end or destroy it; it holds no more than a few blocks at a time.
 * @throws {OratorError} `avatar/invalid` when the folder is no avatar.
 */
export async function packAvatar(folder: string): Promise<Readable> {
  const listing = await listAvatar(folder);
  return streamArchive((archive) => addFiles(archive, folder, listing));
}

/** A TAR as a stream, of what `fill` adds to it; what `fill` throws ends the stream. */
export function streamArchive(fill: (archive: Pack) => Promise<void>): Readable {
  const archive = pack();
  fill(archive).then(
    () => archive.finalize(),
    (thrown: unknown) => archive.destroy(OratorError.from(thrown)),
  );
  return Readable.from(archive, { objectMode: false });
}

/** Adds one file, whose size is known, with the header that all of ours have. */
export function addEntry(archive: Pack, name: string, size: number, content: AsyncIterable<unknown>): Promise<void> {
  const header = { name, size, mode: 0o644, mtime: MODIFIED, type: 'file', uid: 0, gid: 0 } as const;
  return pipeline(content, archive.entry(header));
}

/** Pictures are named by their place, whatever they are called in the folder: the order of names is then that of frames. */
async function addFiles(archive: Pack, folder: string, { files, pictures }: AvatarListing): Promise<void> {
  const places = files.map((file) => ({ name: file, path: join(folder, file) }));
  for (const [inside, list] of pictures) {
    list.forEach((file, i) => {
      const name = `${inside}/${pictureName(i, extname(file).toLowerCase())}`;
      places.push({ name, path: join(folder, inside, file) });
    });
  }
  places.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, path } of places) {
    const { size } = await stat(path);
    await addEntry(archive, name, size, createReadStream(path, { end: Math.max(0, size - 1) }));
  }
}

/** The size in bytes of what `packAvatar` gives. @throws {OratorError} `avatar/invalid` */
export async function archiveBytes(folder: string): Promise<number> {
  const { files, pictures } = await listAvatar(folder);
  const paths = [...files, ...[...pictures].flatMap(([inside, list]) => list.map((file) => join(inside, file)))];
  let bytes = BLOCK_BYTES; // two empty blocks end an archive
  for (const name of paths) bytes += 512 + Math.ceil((await stat(join(folder, name))).size / 512) * 512;
  return bytes;
}

/**
 * Writes an avatar's TAR; the file appears when it is complete.
 * @throws {OratorError} `avatar/invalid`, `output/…`, `cancelled`.
 */
export async function writeArchive(folder: string, path: string, signal: AbortSignal): Promise<void> {
  stopIfAborted(signal);
  await using output = await Output.reserve(path);
  try {
    await pipeline(await packAvatar(folder), createWriteStream(output.temporary), { signal });
  } catch (thrown) {
    stopIfAborted(signal);
    throw outputError(thrown, path);
  }
  await output.publish();
}

/**
 * Unpacks an avatar that may come from anybody. Its folder appears when everything was checked, in place of an avatar of that name.
 * Only what an avatar holds is unpacked: no other names, links, devices, or files given twice. Pickles are written anew from the numbers
 * in them, so that none of a stranger's is ever handed on. The archive may be gzipped, and all of it may lie in one folder.
 * @throws {OratorError} `avatar/invalid`, `output/…`, `cancelled`.
 */
export async function extractAvatar(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<AvatarFacts> {
  stopIfAborted(signal);
  await using output = await FolderOutput.reserve(folder);
  try {
    const archive = Readable.from(counted(unzipped(source), limits.bytes));
    await unpackEntries(entriesOf(archive, signal), output, limits);
  } catch (thrown) {
    stopIfAborted(signal);
    throw thrown instanceof OratorError ? thrown : readingError(thrown, folder);
  }
  stopIfAborted(signal);
  const facts = await checkAvatar(output.temporary);
  await rewritePickles(output.temporary, facts.model);
  await output.publish();
  return facts;
}

/** The TAR itself, also when it comes gzipped. */
async function* unzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts = source[Symbol.asyncIterator]();
  const { value: first, done } = await parts.next();
  if (done) return;
  const whole = startingWith(first, { [Symbol.asyncIterator]: () => parts });
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* whole;
    return;
  }
  const archive = createGunzip();
  const feeding = pipeline(whole, archive).catch(() => {}); // the loop hears of it
  try {
    yield* archive;
  } finally {
    archive.destroy();
    await feeding;
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* counted(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of source) {
    bytes += part.length;
    if (bytes > most) throw invalid(`it is larger than ${most} bytes`);
    yield part;
  }
}

async function unpackEntries(
  entries: AsyncIterable<TarEntry>,
  output: FolderOutput,
  limits: ArchiveLimits,
): Promise<void> {
  const folders = new Set<string>();
  const seen = new Set<string>();
  let root: string | undefined;
  let count = 0;
  for await (const entry of entries) {
    if (++count > limits.entries) throw invalid(`it has more than ${limits.entries} entries`);
    const { type, size } = entry.header;
    const full = entry.header.name.replace(/^\.\//, '');
    root ??= rootOf(full);
    if (root !== undefined && !full.startsWith(root) && full !== '' && full !== '.') throw foreign(full);
    const name = full.slice(root?.length ?? 0);
    if (type === 'directory') {
      if (name !== '' && name !== '.' && !isAvatarFolder(name.replace(/\/$/, ''))) throw foreign(name);
      entry.resume();
      continue;
    }
    const parsed = type === 'file' || type === 'contiguous-file' ? parseEntry(name) : null;
    if (parsed === null) throw foreign(name);
    if (size > limits.entryBytes) throw invalid(`a file in it has ${size} bytes; ${limits.entryBytes} are allowed`);
    const key = parsed.kind === 'picture' ? `${parsed.folder}/${parsed.stem}` : parsed.file;
    if (seen.has(key)) throw invalid(`it has ${key} twice`);
    seen.add(key);
    if (parsed.kind === 'picture' && !folders.has(parsed.folder)) folders.add(await addFolder(output, parsed.folder));
    await writeEntry(entry, join(output.temporary, name), 0o644);
  }
}

/** The folder that all of an archive lies in, as in those that people pack by hand; by its first entry. */
function rootOf(name: string): string | undefined {
  if (name === '' || name === '.') return undefined;
  const [first] = /^[A-Za-z0-9][\w.-]{0,127}\//.exec(name) ?? [''];
  return isAvatarName(first.slice(0, -1)) ? '' : first;
}

async function addFolder(output: FolderOutput, name: string): Promise<string> {
  await output.folder(name);
  return name;
}

const foreign = (name: string) => invalid(`${JSON.stringify(name.slice(0, 80))} does not belong there`);

const invalid = (reason: string, cause?: unknown) =>
  new OratorError('avatar/invalid', `The archive is no avatar: ${reason}. Pack it again.`, { cause });

/** What a file system says has a code of its own; the rest is the archive's fault. */
const readingError = (thrown: unknown, folder: string) =>
  thrown instanceof Error && 'syscall' in thrown
    ? outputError(thrown, folder)
    : invalid(thrown instanceof Error ? thrown.message : 'it cannot be read', thrown);
