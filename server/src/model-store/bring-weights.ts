import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import { type PullEvent, pullModel } from './model-pull.ts';
import type { InstalledModel, ModelStore } from './model-store.ts';

/** What may be done about weights that are not here. */
export interface Setup {
  /** Whether they may be fetched, where their licence was accepted. */
  readonly fetch: boolean;
  /** Whether whoever asks accepts it now. */
  readonly acceptLicence: boolean;
}

/** What fetching takes, and who is told how far it is. */
export interface Bringing {
  readonly guard: Guard;
  readonly setup: Setup;
  readonly say: (words: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The weights of an engine, of which any of `ids` will do, the best liked first. Those that are here are taken, and nothing is fetched then;
 * else the first of them is, where that is allowed and its licence was accepted.
 * @throws {OratorError} `model/missing`, `model/licence` with the list of files and the command, and what a pull throws
 */
export async function bringWeights(
  engine: string,
  ids: readonly string[],
  store: ModelStore,
  { guard, setup, say, signal }: Bringing,
): Promise<InstalledModel> {
  const found = await findWeights(ids, store);
  if (found) return found;
  const [first] = ids;
  if (!setup.fetch) throw missingWeights(engine, ids, store);
  if (!setup.acceptLicence && !(await store.isAccepted(first!))) throw licenceFirst(engine, ids, store);
  const order = { id: first!, acceptLicence: setup.acceptLicence };
  const { file } = store.manifestOf(first!);
  for await (const event of pullModel(order, store, guard, signal)) say(wordsFor(event, file));
  return store.require(first!);
}

/** The first of them that is here, looked at but not read. */
export async function findWeights(ids: readonly string[], store: ModelStore): Promise<InstalledModel | null> {
  for (const id of ids) {
    const { record, sound, manifest } = await store.look(id);
    if (record && sound) return { id, manifest, record, path: store.fileOf(id) };
  }
  return null;
}

function wordsFor(event: PullEvent, file: string): string {
  switch (event.type) {
    case 'progress':
      return `Fetching ${file}, ${Math.floor(event.bytes / 1e6)} MB so far`;
    case 'checking':
    case 'done':
      return `Checking ${file}`;
    case 'fetching':
    case 'failed':
      return `Fetching ${file}`;
  }
}

/** What is not here, by file: one of them is enough. */
function listOf(ids: readonly string[], store: ModelStore): string {
  const files = ids.map((id) => store.manifestOf(id).file);
  return `${files.join(' or ')} in "${store.folder}"`;
}

/** None of them is here: `model/missing` with the files and the command. */
export const missingWeights = (engine: string, ids: readonly string[], store: ModelStore) =>
  new OratorError(
    'model/missing',
    `${engine} has no weights here: it needs ${listOf(ids, store)}. Run: orator models pull ${ids[0]} --accept-licence`,
  );

function licenceFirst(engine: string, ids: readonly string[], store: ModelStore): OratorError {
  const { name, words } = store.manifestOf(ids[0]!).licence;
  return new OratorError(
    'model/licence',
    `${engine} has no weights here: it needs ${listOf(ids, store)}. Their licence (${name}) has to be accepted first. ${words} If you agree, run: orator models pull ${ids[0]} --accept-licence, or add --accept-licence here.`,
  );
}
