import { createWriteStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OratorError } from '@orator/core/base/errors';
import type { z } from 'zod';
import type { avatarView } from '../api/avatar-view.ts';
import { EVERYBODY } from '../api/keys.ts';
import { stopIfAborted } from '../avatars/refusals.ts';
import { Output, outputError } from '../output.ts';
import { checkFile, checkReader, readWords } from './avatar-words.ts';
import { LocalApi } from './local-api.ts';
import type { Terminal } from './terminal.ts';

type Avatar = z.infer<typeof avatarView>;

/** Flags that all of these commands have. */
const COMMON = { json: { type: 'boolean' }, owner: { type: 'string' } } as const;
const PAGE = 200;

/** `orator avatar list`. */
export async function listCommand(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { values } = readWords(argv, { ...COMMON, model: { type: 'string' } }, 0);
  await using api = await openApi(values, terminal);
  const avatars = await listAll(api, values.model === undefined ? {} : { model: values.model }, signal);
  if (values.json) return say(terminal, { avatars });
  if (avatars.length === 0) terminal.out.write('There are no avatars.\n');
  for (const avatar of avatars) terminal.out.write(`${lineOf(avatar)}\n`);
}

/** `orator avatar export`: the TAR of one avatar, under its name once it is complete. */
export async function exportCommand(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const options = { ...COMMON, output: { type: 'string', short: 'o' }, for: { type: 'string' } } as const;
  const { values, word } = readWords(argv, options, 1);
  checkReader(values.for);
  if (!values.output) throw new OratorError('request/invalid', 'Where to? Add -o avatar.tar.');
  await using output = await Output.reserve(values.output);
  await using api = await openApi(values, terminal);
  const avatar = await find(api, word, signal);
  const query = values.for === undefined ? '' : '?for=livetalking';
  const { body } = await api.fetch(`/avatars/${avatar.id}/export${query}`, { signal });
  await pipeline(Readable.fromWeb(body!), createWriteStream(output.temporary), { signal }).catch((thrown: unknown) => {
    stopIfAborted(signal);
    throw isFileError(thrown) ? outputError(thrown, output.path) : brokenOff(avatar, thrown);
  });
  await output.publish();
  const { size } = await stat(output.path);
  if (values.json) say(terminal, { avatar, file: output.path, bytes: size });
  else terminal.out.write(`Avatar    ${avatar.name}\n          ${output.path}, ${megabytes(size)} MB\n`);
}

/** `orator avatar import`. */
export async function importCommand(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { values, word: path } = readWords(argv, { ...COMMON, name: { type: 'string' } }, 1);
  await checkFile(path);
  const file = await openAsBlob(path);
  await using api = await openApi(values, terminal);
  const body = new FormData();
  body.append('file', file, basename(path));
  const query = values.name === undefined ? '' : `?${new URLSearchParams({ name: values.name })}`;
  const avatar = await api.ask<Avatar>(`/avatars/import${query}`, { method: 'POST', body, signal });
  if (values.json) say(terminal, { avatar });
  else terminal.out.write(`${lineOf(avatar)}\n`);
}

/** `orator avatar delete`. */
export async function deleteCommand(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { values, word } = readWords(argv, COMMON, 1);
  await using api = await openApi(values, terminal);
  const avatar = await find(api, word, signal);
  await api.ask(`/avatars/${avatar.id}`, { method: 'DELETE', signal });
  if (values.json) say(terminal, { deleted: avatar });
  else terminal.out.write(`Deleted   ${lineOf(avatar)}\n`);
}

const openApi = ({ owner }: { readonly owner?: string }, { config }: Terminal) =>
  LocalApi.open(config, owner ?? EVERYBODY.owner);

const say = ({ out }: Terminal, answer: object) => void out.write(`${JSON.stringify(answer)}\n`);

/** By its id, or by its name when only one is called so. */
async function find(api: LocalApi, word: string, signal: AbortSignal): Promise<Avatar> {
  const named = await listAll(api, { name: word }, signal);
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ');
    throw new OratorError(
      'request/conflict',
      `${named.length} avatars are called "${word}". Give one of the ids: ${ids}.`,
    );
  }
  return named[0] ?? api.ask<Avatar>(`/avatars/${encodeURIComponent(word)}`, { signal });
}

async function listAll(
  api: LocalApi,
  filter: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Avatar[]> {
  const all: Avatar[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query = new URLSearchParams({ ...filter, limit: String(PAGE), ...(after && { after }) });
    const page: { avatars: Avatar[]; next: string | null } = await api.ask(`/avatars?${query}`, { signal });
    all.push(...page.avatars);
    after = page.next;
  }
  return all;
}

const lineOf = ({ id, name, model, frames, width, height, faceSize, bytes }: Avatar) =>
  `${id}  ${name}  ${model}, ${frames} × ${width}×${height}${faceSize ? `, faces of ${faceSize}` : ''}, ${megabytes(bytes)} MB`;

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

const isFileError = (thrown: unknown) => thrown instanceof Error && 'syscall' in thrown;

const brokenOff = ({ name }: Avatar, cause: unknown) =>
  new OratorError(
    'storage/failed',
    `The avatar "${name}" broke off before its end. Look into the log of the server, and try again.`,
    {
      cause,
    },
  );
