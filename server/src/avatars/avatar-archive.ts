import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OratorError } from '@orator/core/base/errors';
import { type Extract, extract, type Pack, pack } from 'tar-stream';
import { Output, outputError } from '../output.ts';
import { type AvatarFacts, checkAvatar, listAvatar } from './avatar-check.ts';
import { isAvatarFolder, parseEntry } from './avatar-layout.ts';
import { FolderOutput } from './folder-output.ts';
import { stopIfAborted } from './refusals.ts';

/** What an archive from outside may cost. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Of one file. */
  readonly entryBytes: number;
  /** Of the whole archive. */
  readonly bytes: number;
}

/** Two minutes of frames and faces twice over; a frame of 8K takes 100 MB at most; two minutes of 1080p take 8 GB. */
const LIMITS: ArchiveLimits = { entries: 15_000, entryBytes: 128 << 20, bytes: 16 * 2 ** 30 };
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
  const { paths } = await listAvatar(folder);
  const archive = pack();
  addFiles(archive, folder, paths).catch((thrown: unknown) => archive.destroy(OratorError.from(thrown)));
  return Readable.from(archive, { objectMode: false });
}

async function addFiles(archive: Pack, folder: string, paths: readonly string[]): Promise<void> {
  for (const name of paths) {
    const path = join(folder, name);
    const { size } = await stat(path);
    const header = { name, size, mode: 0o644, mtime: MODIFIED, type: 'file', uid: 0, gid: 0 } as const;
    await pipeline(createReadStream(path, { end: Math.max(0, size - 1) }), archive.entry(header));
  }
  archive.finalize();
}

/** The size in bytes of what `packAvatar` gives. @throws {OratorError} `avatar/invalid` */
export async function archiveBytes(folder: string): Promise<number> {
  const { paths } = await listAvatar(folder);
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
 * Only what an avatar holds is unpacked: no other names, links, devices, or files given twice.
 * @throws {OratorError} `avatar/invalid`, `output/…`, `cancelled`.
 */
export async function extractAvatar(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal,
  limits: ArchiveLimits = LIMITS,
): Promise<AvatarFacts> {
  stopIfAborted(signal);
  await using output = await FolderOutput.reserve(folder);
  const archive = extract();
  const feeding = pipeline(Readable.from(counted(source, limits.bytes)), archive, { signal }).catch(() => {}); // the loop hears of it
  try {
    await unpackEntries(archive, output, limits);
  } catch (thrown) {
    stopIfAborted(signal);
    throw thrown instanceof OratorError ? thrown : readingError(thrown, folder);
  } finally {
    archive.destroy();
    await feeding;
  }
  stopIfAborted(signal);
  const facts = await checkAvatar(output.temporary);
  await output.publish();
  return facts;
}

async function* counted(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of source) {
    bytes += part.length;
    if (bytes > most) throw invalid(`it is larger than ${most} bytes`);
    yield part;
  }
}

async function unpackEntries(entries: Extract, output: FolderOutput, limits: ArchiveLimits): Promise<void> {
  const folders = new Set<string>();
  const seen = new Set<string>();
  let count = 0;
  for await (const entry of entries) {
    if (++count > limits.entries) throw invalid(`it has more than ${limits.entries} entries`);
    const { type, size } = entry.header;
    const name = entry.header.name.replace(/^\.\//, '');
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
    await pipeline(entry, createWriteStream(join(output.temporary, name), { flags: 'wx', mode: 0o644 }));
  }
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
