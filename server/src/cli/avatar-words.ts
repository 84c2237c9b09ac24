import { access, constants, stat } from 'node:fs/promises';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { OratorError } from '@orator/core/base/errors';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads the words after `orator avatar build` and its like: flags, and so many words besides.
 * @throws {OratorError} `request/invalid` for anything unknown, missing or too much.
 */
export function readWords<const Given extends Options>(argv: readonly string[], options: Given, words: number) {
  let read: ReturnType<typeof parseArgs<{ options: Given; allowPositionals: true }>>;
  try {
    read = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (thrown) {
    throw new OratorError('request/invalid', `${(thrown as Error).message}. See --help`);
  }
  const { values, positionals } = read;
  if (positionals.length !== words) {
    const expected = words === 0 ? 'No word' : 'One word';
    throw new OratorError('request/invalid', `${expected} is expected here, not ${positionals.length}. See --help`);
  }
  return { values, word: positionals[0] ?? '' };
}

/** @throws {OratorError} `request/invalid` for a reader of avatars that nobody knows. */
export function checkReader(reader: string | undefined): void {
  if (reader === undefined || reader === 'livetalking') return;
  throw new OratorError('request/invalid', `--for knows only livetalking, not "${reader.slice(0, 40)}".`);
}

/** @throws {OratorError} `request/invalid` where a path leads to no file, or to one of others. */
export async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  const readable =
    found?.isFile() &&
    (await access(path, constants.R_OK).then(
      () => true,
      () => false,
    ));
  if (!readable) throw new OratorError('request/invalid', `"${path}" is no file that can be read. Check the path.`);
}
