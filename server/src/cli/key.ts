import { OratorError } from '@orator/core/base/errors';
import { EVERYBODY, SCOPES } from '../api/keys.ts';
import { readWords } from './avatar-words.ts';
import { answerInJson } from './json-answer.ts';
import { LocalApi } from './local-api.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator key create NAME [--scopes LIST] [--seconds-per-day N] [--jobs N] [--requests-per-minute N] [--stored-mb N]
       orator key list
       orator key revoke ID

Keys of the service of this data folder: through its server when one is running, else directly. A key is shown once, when it is made.

  --scopes LIST            What it may do: ${SCOPES.join(', ')} (default: read,create)
  --seconds-per-day N      Seconds of video that it may make in 24 hours; 0 = any
  --jobs N                 Jobs that run at once
  --requests-per-minute N  Requests in a minute; 0 = any
  --stored-mb N            What its files may take together, MB; 0 = any
  --json                   One JSON object on standard output
`;

interface KeyFacts {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** `orator key`: makes, lists and revokes keys. */
export async function key(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || rest.includes('--help') || ['--help', '-h'].includes(name)) {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  return answerInJson(rest.includes('--json'), terminal, signal, async () => {
    if (name === 'create') await create(rest, terminal, signal);
    else if (name === 'list') await list(rest, terminal, signal);
    else if (name === 'revoke') await revoke(rest, terminal, signal);
    else {
      throw new OratorError(
        'request/invalid',
        `There is no "orator key ${name.slice(0, 40)}". Use create, list, revoke.`,
      );
    }
    return EXIT.success;
  });
}

const open = ({ config }: Terminal) => LocalApi.open(config, EVERYBODY.owner);

async function create(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const options = {
    json: { type: 'boolean' },
    scopes: { type: 'string' },
    'seconds-per-day': { type: 'string' },
    jobs: { type: 'string' },
    'requests-per-minute': { type: 'string' },
    'stored-mb': { type: 'string' },
  } as const;
  const { values, word: name } = readWords(argv, options, 1);
  const storedMegabytes = numberOf(values, 'stored-mb');
  const limits = {
    secondsPerDay: numberOf(values, 'seconds-per-day'),
    jobs: numberOf(values, 'jobs'),
    requestsPerMinute: numberOf(values, 'requests-per-minute'),
    storedBytes: storedMegabytes === undefined ? undefined : storedMegabytes * 1e6,
  };
  const scopes = (values.scopes ?? 'read,create').split(',').map((scope) => scope.trim());
  await using api = await open(terminal);
  const body = JSON.stringify({ name, scopes, limits });
  const headers = { 'content-type': 'application/json' };
  const made = await api.ask<{ id: string; key: string }>('/keys', { method: 'POST', body, headers, signal });
  if (values.json) terminal.out.write(`${JSON.stringify({ ...made, name, scopes })}\n`);
  else terminal.out.write(`${made.key}\n${made.id}  ${name}, may ${scopes.join(', ')}; the key is shown this once\n`);
}

async function list(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { values } = readWords(argv, { json: { type: 'boolean' } }, 0);
  await using api = await open(terminal);
  const { keys } = await api.ask<{ keys: readonly KeyFacts[] }>('/keys', { signal });
  if (values.json) {
    terminal.out.write(`${JSON.stringify({ keys })}\n`);
    return;
  }
  if (keys.length === 0) terminal.out.write('There are no keys.\n');
  for (const { id, name, scopes, createdAt, revokedAt } of keys) {
    const until = revokedAt ? `, revoked ${revokedAt.slice(0, 10)}` : '';
    terminal.out.write(`${id}  ${name}, may ${scopes.join(', ')}, since ${createdAt.slice(0, 10)}${until}\n`);
  }
}

async function revoke(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { values, word: id } = readWords(argv, { json: { type: 'boolean' } }, 1);
  await using api = await open(terminal);
  await api.ask(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE', signal });
  if (values.json) terminal.out.write(`${JSON.stringify({ revoked: id })}\n`);
  else terminal.out.write(`Revoked   ${id}; within seconds it no longer works anywhere\n`);
}

/** A flag that is a number. @throws {OratorError} `request/invalid` for anything else. */
function numberOf(values: Readonly<Record<string, string | boolean | undefined>>, name: string): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new OratorError('request/invalid', `--${name} takes a number from 0 on, not "${String(value).slice(0, 40)}".`);
}
