import { OratorError } from '@orator/core/base/errors';
import { freeBytes } from '../model-store/free-room.ts';
import { type PullOrder, pullModel } from '../model-store/model-pull.ts';
import type { ModelRecord } from '../model-store/model-record.ts';
import { type ModelState, ModelStore } from '../model-store/model-store.ts';
import { parseAllowList } from '../net/address-guard.ts';
import { readWords } from './avatar-words.ts';
import { answerInJson } from './json-answer.ts';
import { PullBar } from './pull-bar.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator models list
       orator models pull NAME [--from FILE|FOLDER|URL] [--accept-licence]
       orator models verify [NAME]
       orator models remove NAME

Weights of neural engines: what there is and what is here. A pull goes on where an earlier one broke off, and checks size, hash and
architecture before anything is used. Nothing else is ever fetched.

  --from PLACE       Take the file from there instead of its known addresses
  --accept-licence   Accept the licence, which is remembered; list shows it
  --json             One JSON object on standard output
`;

type Action = (argv: readonly string[], terminal: Terminal, signal: AbortSignal) => Promise<void>;
const ACTIONS: Readonly<Record<string, Action>> = { list, pull, verify, remove };
const JSON_FLAG = { json: { type: 'boolean' } } as const;

/** `orator models`: lists, pulls, verifies and removes weights. */
export async function models(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || rest.includes('--help') || ['--help', '-h'].includes(name)) {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  return answerInJson(rest.includes('--json'), terminal, signal, async () => {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) {
      const known = Object.keys(ACTIONS).join(', ');
      throw new OratorError('request/invalid', `There is no "orator models ${name.slice(0, 40)}". Use ${known}.`);
    }
    await action(rest, terminal, signal);
    return EXIT.success;
  });
}

const openStore = ({ config }: Terminal) => new ModelStore(config.models);

async function list(argv: readonly string[], terminal: Terminal): Promise<void> {
  const { values } = readWords(argv, JSON_FLAG, 0);
  const store = openStore(terminal);
  const states = await store.list();
  if (values.json) return say(terminal, { folder: store.folder, models: states.map(viewOf) });
  const free = await freeBytes(store.folder);
  const lines = states.flatMap((state) => linesOf(state, free));
  terminal.out.write(`${lines.join('\n')}\n\n${store.folder}, ${megabytes(free)} MB free\n`);
}

async function pull(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const options = { ...JSON_FLAG, from: { type: 'string' }, 'accept-licence': { type: 'boolean' } } as const;
  const { values, word: id } = readWords(argv, options, 1);
  const order: PullOrder = { id, from: values.from, acceptLicence: values['accept-licence'] };
  const guard = { allow: parseAllowList(terminal.config.values.ORATOR_ALLOW_ADDRESSES) };
  const store = openStore(terminal);
  const bar = new PullBar(values.json ? { write: () => {} } : terminal.err);
  let record: ModelRecord | undefined;
  try {
    for await (const event of pullModel(order, store, guard, signal)) {
      bar.update(event);
      if (event.type === 'done') record = event.record;
    }
  } finally {
    bar.clear();
  }
  if (values.json) return say(terminal, { model: id, file: store.fileOf(id), record });
  const { bytes, sha256, pinned } = record!;
  const known = pinned ? 'as published' : 'recorded: nobody published one for this file';
  terminal.out.write(
    `Model     ${id}\n          ${store.fileOf(id)}, ${megabytes(bytes)} MB\nsha256    ${sha256}, ${known}\n`,
  );
}

async function verify(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const named = argv.some((word) => !word.startsWith('-'));
  const { values, word } = readWords(argv, JSON_FLAG, named ? 1 : 0);
  const store = openStore(terminal);
  const installed = (await store.list()).filter(({ record }) => record !== null).map(({ id }) => id);
  const ids = named ? [word] : installed;
  const wrong: OratorError[] = [];
  for (const id of ids) {
    try {
      const { record } = await store.verify(id, signal);
      if (!values.json) terminal.out.write(`Sound     ${id}, sha256 ${record.sha256}\n`);
    } catch (thrown) {
      signal.throwIfAborted();
      wrong.push(OratorError.from(thrown));
    }
  }
  const [first] = wrong;
  if (first) throw new OratorError(first.code, wrong.map(({ message }) => message).join('\n'));
  if (values.json) say(terminal, { verified: ids });
  else if (ids.length === 0) terminal.out.write('There are no models here.\n');
}

async function remove(argv: readonly string[], terminal: Terminal): Promise<void> {
  const { values, word: id } = readWords(argv, JSON_FLAG, 1);
  const removed = await openStore(terminal).remove(id);
  if (values.json) say(terminal, { model: id, removed });
  else terminal.out.write(removed ? `Removed   ${id}\n` : `The model "${id}" was not here.\n`);
}

const say = ({ out }: Terminal, answer: object) => void out.write(`${JSON.stringify(answer)}\n`);

const viewOf = ({ id, manifest, record, sound }: ModelState) => ({
  name: id,
  title: manifest.title,
  usedBy: manifest.usedBy,
  file: manifest.file,
  bytes: record?.bytes ?? manifest.bytes ?? null,
  licence: manifest.licence,
  installed: record !== null && sound,
  record,
});

function linesOf({ id, manifest, record, sound }: ModelState, free: number): string[] {
  const here = record === null ? '–' : sound ? '✓' : '✗';
  const bytes = record?.bytes ?? manifest.bytes;
  const facts = [bytes === undefined ? 'size not known' : `${megabytes(bytes)} MB`, `used by ${manifest.usedBy}`];
  if (record === null && (bytes ?? 0) > free) facts.push('does not fit on this disk');
  if (record === null && manifest.sources.length === 0) facts.push('bring the file yourself, with --from');
  return [
    `${here} ${id.padEnd(13)}${manifest.title}`,
    `  ${' '.repeat(13)}${facts.join('; ')}`,
    `  ${' '.repeat(13)}${manifest.licence.name}. ${manifest.licence.words}`,
  ];
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
