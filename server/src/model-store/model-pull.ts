import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { OratorError } from '@orator/core/base/errors';
import { checkFit } from '@orator/core/models/fit';
import { openCheckpoint } from '@orator/core/models/formats/checkpoint';
import { fitShell, isOnnx } from '@orator/core/models/formats/onnx-splice';
import { refuseWeights } from '@orator/core/models/formats/refusal';
import type { ModelManifest } from '@orator/core/models/manifest';
import { openFileSource } from '../file-source.ts';
import { makeFolder } from '../folder.ts';
import type { Guard } from '../net/guarded-request.ts';
import { stopped } from '../net/stopped.ts';
import { flush, writeAll } from '../storage/file-steps.ts';
import { freeBytes } from './free-room.ts';
import { type ModelRecord, writeRecord } from './model-record.ts';
import type { ModelStore } from './model-store.ts';
import { addressSource, type OpenedSource, sourceFrom, type WeightSource } from './weight-source.ts';

/** How weights are to be pulled. */
export interface PullOrder {
  readonly id: string;
  /** An address, a file or a folder instead of the known addresses. */
  readonly from?: string;
  readonly acceptLicence?: boolean;
}

/** `fetching`, any number of `progress`, `checking`, then exactly one `done`; other sources may be tried in between. */
export type PullEvent =
  | { readonly type: 'fetching'; readonly source: string; readonly from: number; readonly total?: number }
  | { readonly type: 'progress'; readonly bytes: number }
  | { readonly type: 'failed'; readonly source: string; readonly reason: string }
  | { readonly type: 'checking' }
  | { readonly type: 'done'; readonly record: ModelRecord; readonly already: boolean };

/** Nobody's weights for a face are larger; where the size is not known, this ends the pull. */
const MOST_BYTES = 16e9;
/** What is left free on the disk. */
const SPARE_BYTES = 64 << 20;
/** Errors that another source may not have. */
const ELSEWHERE = /^(source\/|model\/invalid)/;

/**
 * Brings weights here: from the first source that has them, going on where an earlier pull broke off. They are checked (size, hash,
 * architecture) before they get their name; nothing else stays but what a later pull can go on with.
 * @throws {OratorError} `model/licence`, `model/busy`, `model/missing` (no source), `model/invalid`, `source/…`, `output/…`, `cancelled`
 */
export async function* pullModel(
  { id, from, acceptLicence }: PullOrder,
  store: ModelStore,
  guard: Guard,
  signal: AbortSignal,
): AsyncGenerator<PullEvent> {
  const manifest = store.manifestOf(id);
  if (acceptLicence) await store.accept(id);
  else await store.requireAccepted(id);
  const { record, sound } = await store.look(id);
  if (record && sound) return yield { type: 'done', record, already: true };
  const sources =
    from === undefined
      ? manifest.sources.map((address) => addressSource(address, guard))
      : [await sourceFrom(from, manifest.file, guard)];
  if (sources.length === 0) throw noSource(id, manifest);
  await makeFolder(store.folderOf(id));
  await using _lock = await store.lock(id);
  for (const [i, source] of sources.entries()) {
    try {
      return yield* pullFrom(source, id, store, signal);
    } catch (thrown) {
      const error = OratorError.from(signal.aborted ? stopped(signal) : thrown);
      if (!ELSEWHERE.test(error.code) || i === sources.length - 1) throw error;
      yield { type: 'failed', source: source.name, reason: error.message };
    }
  }
}

async function* pullFrom(
  source: WeightSource,
  id: string,
  store: ModelStore,
  signal: AbortSignal,
): AsyncGenerator<PullEvent> {
  const manifest = store.manifestOf(id);
  const part = store.partOf(id);
  const before = await readNote(part);
  const useful = before?.source === source.name && (before.tag !== undefined || manifest.sha256 !== undefined);
  const opened = await source.open(useful ? { from: before.bytes, tag: before.tag } : { from: 0 }, signal);
  const total = opened.total ?? manifest.bytes;
  if (manifest.bytes !== undefined && total !== manifest.bytes) {
    throw refuseWeights(manifest.file)(`"${source.name}" has ${total} bytes, and it should be ${manifest.bytes}`);
  }
  await checkRoom(store.folder, (total ?? 0) - opened.from);
  yield { type: 'fetching', source: source.name, from: opened.from, total };
  await writeRecord(part.note, { source: source.name, tag: opened.tag });
  const hash = createHash('sha256');
  const bytes = yield* receive(part.file, opened, hash, total ?? MOST_BYTES, signal);
  if (total !== undefined && bytes < total) {
    throw new OratorError(
      'source/unreachable',
      `Only ${bytes} of ${total} bytes came. Pull again: it goes on from there.`,
    );
  }
  yield { type: 'checking' };
  const sha256 = hash.digest('hex');
  try {
    await checkWeights(part.file, sha256, manifest);
  } catch (thrown) {
    for (const path of Object.values(part)) await rm(path, { force: true });
    throw thrown;
  }
  await rename(part.file, store.fileOf(id));
  const record: ModelRecord = {
    file: manifest.file,
    bytes,
    sha256,
    source: source.name,
    pinned: manifest.sha256 !== undefined,
    pulledAt: new Date().toISOString(),
  };
  await writeRecord(store.recordOf(id), record);
  await rm(part.note, { force: true });
  yield { type: 'done', record, already: false };
}

/** Appends what comes to what is there; gives the length of all. */
async function* receive(
  path: string,
  { from, chunks }: OpenedSource,
  hash: Hash,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<PullEvent, number> {
  if (from > 0) for await (const chunk of createReadStream(path, { end: from - 1 })) hash.update(chunk as Uint8Array);
  await using file = await open(path, from > 0 ? 'a' : 'w');
  await file.truncate(from);
  let bytes = from;
  for await (const chunk of chunks) {
    if (signal.aborted) throw stopped(signal);
    if (bytes + chunk.length > most) throw refuseWeights(path)(`more than ${most} bytes came`);
    hash.update(chunk);
    await writeAll(file, chunk, path);
    bytes += chunk.length;
    yield { type: 'progress', bytes };
  }
  await flush(file, path);
  return bytes;
}

/** What an earlier pull left and knows of it. */
async function readNote(part: { readonly file: string; readonly note: string }) {
  const size = (await stat(part.file).catch(() => null))?.size;
  if (!size) return null;
  try {
    const { source, tag } = JSON.parse(await readFile(part.note, 'utf8')) as Record<string, unknown>;
    return typeof source === 'string' ? { source, bytes: size, tag: typeof tag === 'string' ? tag : undefined } : null;
  } catch {
    return null;
  }
}

/** @throws {OratorError} `model/invalid` for another hash, an unreadable file, or weights of another network */
async function checkWeights(path: string, sha256: string, manifest: ModelManifest): Promise<void> {
  const refuse = refuseWeights(manifest.file);
  if (manifest.sha256 !== undefined && sha256 !== manifest.sha256) {
    throw refuse(`its sha256 is ${sha256}, and should be ${manifest.sha256}`);
  }
  await using file = await openFileSource(path);
  if (isOnnx(await file.read(0, 2))) return checkNetwork(path, manifest);
  const graphs = Object.values(manifest.networks).map((network) => network());
  checkFit(graphs, await openCheckpoint(file, crc32, refuse), refuse);
}

/** @throws {OratorError} `model/invalid` for a network that does not fit, or where only weights are taken */
async function checkNetwork(path: string, { file, networks, shells = {} }: ModelManifest): Promise<void> {
  const refuse = refuseWeights(file);
  if (Object.keys(networks).some((name) => !shells[name])) throw refuse('only weights are taken, no ONNX');
  const bytes = await readFile(path);
  for (const shell of Object.values(shells)) fitShell(bytes, shell(), refuse);
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= bytes + SPARE_BYTES) return;
  const megabytes = (count: number) => Math.ceil(count / 1e6);
  throw new OratorError(
    'output/disk-full',
    `${megabytes(bytes)} MB are needed in "${folder}" and ${megabytes(free)} MB are free. Free some space, or set ORATOR_MODELS to a folder on another disk.`,
  );
}

const noSource = (id: string, { file }: ModelManifest) =>
  new OratorError(
    'model/missing',
    `Nobody publishes ${file} at an address of its own. Get it from whoever has it, then run: orator models pull ${id} --from ${file}`,
  );
