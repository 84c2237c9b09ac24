import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { MODELS, type ModelManifest } from '@orator/core/models/manifest';
import { makeFolder } from '../folder.ts';
import { stopped } from '../net/stopped.ts';
import { lockFile } from '../store/file-lock.ts';
import { type ModelRecord, readRecord, writeRecord } from './model-record.ts';

/** Weights and whether they are here. */
export interface ModelState {
  readonly id: string;
  readonly manifest: ModelManifest;
  /** What is here; `null` when nothing is. */
  readonly record: ModelRecord | null;
  /** Whether what is here is as long as it was. `verify` reads it. */
  readonly sound: boolean;
}

/** Weights that are here. */
export interface InstalledModel {
  readonly id: string;
  readonly manifest: ModelManifest;
  readonly record: ModelRecord;
  readonly path: string;
}

/** The weights of this machine: a folder for each, with the file, a note of where it came from, and whether its licence was accepted. */
export class ModelStore {
  readonly folder: string;
  readonly #manifests: Readonly<Record<string, ModelManifest>>;

  /** Knows the weights of the list unless it is given others. */
  constructor(folder: string, manifests: Readonly<Record<string, ModelManifest>> = MODELS) {
    this.folder = folder;
    this.#manifests = manifests;
  }

  /** What is known of weights. @throws {OratorError} `model/unknown`, with the names that there are */
  manifestOf(id: string): ModelManifest {
    const manifest = Object.hasOwn(this.#manifests, id) ? this.#manifests[id] : undefined;
    if (manifest) return manifest;
    const known = Object.keys(this.#manifests).join(', ');
    throw new OratorError('model/unknown', `There is no model "${id.slice(0, 40)}". There are ${known}.`);
  }

  folderOf(id: string): string {
    return join(this.folder, id);
  }

  fileOf(id: string): string {
    return join(this.folderOf(id), this.manifestOf(id).file);
  }

  recordOf(id: string): string {
    return join(this.folderOf(id), 'record.json');
  }

  /** Where the networks lie that were made of the weights. */
  networksOf(id: string): string {
    return join(this.folderOf(id), 'networks');
  }

  /** All weights that there are, with what is here of them. */
  list(): Promise<readonly ModelState[]> {
    return Promise.all(Object.keys(this.#manifests).map((id) => this.look(id)));
  }

  async look(id: string): Promise<ModelState> {
    const record = await readRecord(this.recordOf(id));
    const found = record && (await stat(this.fileOf(id)).catch(() => null));
    return {
      id,
      manifest: this.manifestOf(id),
      record,
      sound: found?.isFile() === true && found.size === record?.bytes,
    };
  }

  /** Weights that are here, looked at but not read. @throws {OratorError} `model/missing`, naming file and command */
  async require(id: string): Promise<InstalledModel> {
    const { manifest, record, sound } = await this.look(id);
    if (record && sound) return { id, manifest, record, path: this.fileOf(id) };
    throw new OratorError(
      'model/missing',
      `The model "${id}" is ${record ? 'damaged' : 'not installed'} (${this.fileOf(id)}). Run: orator models pull ${id}`,
    );
  }

  /**
   * Reads weights and compares them with what they were when they came.
   * @throws {OratorError} `model/missing`, `model/invalid` when they have changed, `cancelled`
   */
  async verify(id: string, signal?: AbortSignal): Promise<InstalledModel> {
    const model = await this.require(id);
    const sha256 = await hashFile(model.path, signal);
    if (sha256 === model.record.sha256) return model;
    throw new OratorError(
      'model/invalid',
      `"${model.path}" is corrupt: its sha256 is ${sha256}, and was ${model.record.sha256}. Run: orator models remove ${id}, then orator models pull ${id}`,
    );
  }

  /** Removes weights and what a pull left of them; that the licence was accepted stays. Says whether there was anything. */
  async remove(id: string): Promise<boolean> {
    const { record } = await this.look(id);
    await using _lock = await this.lock(id);
    // Without its note a file counts as not there, whatever comes next.
    await rm(this.recordOf(id), { force: true });
    await rm(this.fileOf(id), { force: true });
    for (const part of Object.values(this.partOf(id))) await rm(part, { force: true });
    await rm(this.networksOf(id), { recursive: true, force: true });
    return record !== null;
  }

  /** Where a pull keeps what it has so far, and what it knows of it. */
  partOf(id: string): { readonly file: string; readonly note: string } {
    const file = `${this.fileOf(id)}.part`;
    return { file, note: `${file}.json` };
  }

  async isAccepted(id: string): Promise<boolean> {
    const { licence } = this.manifestOf(id);
    if (!licence.restricted) return true;
    return (await stat(this.#licenceOf(id)).catch(() => null)) !== null;
  }

  /** @throws {OratorError} `model/licence`, in plain words, unless it was accepted before */
  async requireAccepted(id: string): Promise<void> {
    if (await this.isAccepted(id)) return;
    const { licence } = this.manifestOf(id);
    throw new OratorError(
      'model/licence',
      `The licence of "${id}" (${licence.name}) has to be accepted first. ${licence.words} If you agree, run: orator models pull ${id} --accept-licence`,
    );
  }

  /** Keeps that the licence was accepted, for pulls to come. */
  async accept(id: string): Promise<void> {
    await makeFolder(this.folderOf(id));
    const { name, words } = this.manifestOf(id).licence;
    await writeRecord(this.#licenceOf(id), { licence: name, words, acceptedAt: new Date().toISOString() });
  }

  /** Keeps other pulls of the same weights on this machine out. @throws {OratorError} `model/busy` */
  async lock(id: string): Promise<Disposable> {
    const folder = this.folderOf(id);
    await makeFolder(folder);
    const lock = lockFile(`${folder}.lock`);
    if (lock) return lock;
    throw new OratorError(
      'model/busy',
      `The model "${id}" is being pulled or removed by another process. Wait until it is done.`,
    );
  }

  #licenceOf(id: string): string {
    return join(this.folderOf(id), 'licence-accepted.json');
  }
}

/** The sha256 of a file, in hexadecimal. @throws {OratorError} `cancelled` */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (signal?.aborted) throw stopped(signal);
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}
