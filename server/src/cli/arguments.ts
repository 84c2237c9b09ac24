import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { OratorError } from '@orator/core/base/errors';
import type { Field } from '@orator/core/produce/field';

/** One flag of a command that is not an option of the request itself. */
export interface Flag {
  readonly name: string;
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly title: string;
  readonly value?: string;
  /** Understood, but not shown: names that other programs used. */
  readonly hidden?: boolean;
}

/** The flags as given: request options by their schema name, the command's own flags by theirs. */
export interface Given {
  readonly options: Record<string, unknown>;
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** `headMotion` → `head-motion`. */
export const flagOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Reads a command line against a schema's fields and the command's own flags.
 * @throws {OratorError} `request/invalid` for anything unknown or without its value.
 */
export function readArguments(argv: readonly string[], fields: readonly Field[], flags: readonly Flag[]): Given {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const field of fields) options[flagOf(field.name)] = { type: field.type === 'switch' ? 'boolean' : 'string' };
  for (const flag of flags) options[flag.name] = { type: flag.type, ...(flag.short && { short: flag.short }) };
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (thrown) {
    const [sentence] = String((thrown as Error).message).split(/\. |\n/, 1);
    throw new OratorError('request/invalid', `${sentence}. See orator make --help.`, { cause: thrown });
  }
  const own = new Set(flags.map((flag) => flag.name));
  const byFlag = new Map(fields.map((field) => [flagOf(field.name), field]));
  const given: Given = { options: {}, flags: {} };
  for (const [flag, value] of Object.entries(values)) {
    if (own.has(flag)) (given.flags as Record<string, unknown>)[flag] = value;
    const field = byFlag.get(flag);
    if (field && !own.has(flag)) given.options[field.name] = fromText(field, value);
  }
  return given;
}

/**
 * Reads the flags of a command that takes nothing else; each knows `--help`.
 * @throws {OratorError} `request/invalid` for anything unknown or without its value.
 */
export function readFlags<Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  command: string,
  options: Options,
) {
  try {
    const known = { ...options, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...argv], options: known, strict: true, allowPositionals: false }).values;
  } catch (thrown) {
    const [sentence] = String((thrown as Error).message).split(/\. |\n/, 1);
    throw new OratorError('request/invalid', `${sentence}. See orator ${command} --help.`, { cause: thrown });
  }
}

/** Numbers come as text on a command line; what is not a number is left for the schema to refuse. */
function fromText(field: Field, value: string | boolean | undefined): unknown {
  if (typeof value !== 'string') return value;
  const numeric = field.type === 'number' || field.type === 'integer' || field.name === 'face';
  return numeric && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
