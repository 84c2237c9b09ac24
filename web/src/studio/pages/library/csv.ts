import { OratorError } from '@orator/core/base/errors';

const SEPARATORS = [',', ';', '\t'] as const;

/**
 * Reads comma-separated values as RFC 4180 has them, also with semicolons or tabs as some tables are saved: rows of cells, without
 * those that are empty.
 * @throws {OratorError} `request/invalid` for a quote without its end.
 */
export function readCsv(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(source);
  const rows: string[][] = [[]];
  let cell = '';
  let quotedFrom: number | undefined;
  const endCell = () => {
    rows.at(-1)!.push(cell);
    cell = '';
  };
  for (let at = 0; at < source.length; at++) {
    const letter = source[at]!;
    if (quotedFrom !== undefined) {
      if (letter !== '"') cell += letter;
      else if (source[at + 1] === '"') cell += source[++at];
      else quotedFrom = undefined;
    } else if (letter === '"' && cell === '') quotedFrom = rows.length;
    else if (letter === separator) endCell();
    else if (letter === '\n' || letter === '\r') {
      if (letter === '\r' && source[at + 1] === '\n') at++;
      endCell();
      rows.push([]);
    } else cell += letter;
  }
  if (quotedFrom !== undefined) {
    throw new OratorError(
      'request/invalid',
      `The quote in row ${quotedFrom} of the table has no end. Add one, or double it where it belongs to the text.`,
    );
  }
  endCell();
  return rows.filter((row) => row.some((one) => one.trim() !== ''));
}

/** Writes comma-separated values as RFC 4180 has them. */
export const writeCsv = (rows: readonly (readonly string[])[]): string =>
  rows
    .map(
      (row) => `${row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`,
    )
    .join('');

/** Whichever there is most of in the first line, outside of quotes. */
function separatorOf(text: string): string {
  const first = text.split(/\r?\n/, 1)[0]!.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}
