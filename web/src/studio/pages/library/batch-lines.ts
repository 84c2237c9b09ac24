import { OratorError } from '@orator/core/base/errors';
import { readCsv } from './csv.ts';

/** More at once are better sent by a program. */
export const MOST_LINES = 500;
const COLUMNS = ['text', 'voice', 'name'] as const;
/** Letters of a name that is made of a text. */
const NAME_LETTERS = 40;

/** One clip of a batch. */
export interface BatchLine {
  readonly text: string;
  /** Null: as the others. */
  readonly voice: string | null;
  /** What the file of the clip will be called, without number and ending. */
  readonly name: string;
}

/** Each line that is not empty as the text of a clip. */
export const linesOfText = (text: string): readonly BatchLine[] =>
  text.split(/\r?\n/).flatMap((line) => (line.trim() ? [lineOf({ text: line })] : []));

/**
 * The lines of a table whose first row names the columns text, voice and name, in any order, of which only text has to be there; a table
 * of one column needs no names.
 * @throws {OratorError} `request/invalid` that says where and what is wrong.
 */
export function linesOfTable(table: string): readonly BatchLine[] {
  const rows = readCsv(table);
  if (rows.length === 0) throw new OratorError('request/invalid', 'The table is empty. Give each clip a row.');
  const names = rows[0]!.map((cell) => cell.trim().toLowerCase());
  if (!names.includes('text')) {
    if (rows.every((row) => row.length === 1)) return checked(rows.map(([text]) => lineOf({ text: text! })));
    throw new OratorError(
      'request/invalid',
      `The first row of the table names no column "text"; it has ${names.join(', ').slice(0, 80)}. Write text,voice,name above the rows.`,
    );
  }
  return checked(
    rows.slice(1).map((row, place) => {
      const cells = Object.fromEntries(COLUMNS.map((name) => [name, row[names.indexOf(name)]?.trim()]));
      if (!cells.text) throw new OratorError('request/invalid', `Row ${place + 2} of the table has no text. Add one.`);
      return lineOf({ ...cells, text: cells.text });
    }),
  );
}

function checked(lines: readonly BatchLine[]): readonly BatchLine[] {
  if (lines.length === 0) throw new OratorError('request/invalid', 'The table has no rows below its first one.');
  if (lines.length <= MOST_LINES) return lines;
  throw new OratorError(
    'request/invalid',
    `The table has ${lines.length} rows, and ${MOST_LINES} can be made at once. Split it.`,
  );
}

const lineOf = ({ text, voice, name }: { text: string; voice?: string; name?: string }): BatchLine => ({
  text: text.trim(),
  voice: voice || null,
  name: fileNameOf(name || text.trim().slice(0, NAME_LETTERS)),
});

/** Letters, digits and dashes of any language: every system takes them in a file's name. */
const fileNameOf = (name: string) =>
  name
    .replace(/\.mp4$/i, '')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '') || 'clip';
