import type { Disposition } from './storage.ts';

/** The `Content-Disposition` header for a file name in any language (RFC 6266). */
export function contentDisposition(disposition: Disposition, name: string): string {
  // Old browsers read the first form; it takes no quotes, no backslashes and nothing beyond ASCII.
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_');
  // A lone half of a surrogate pair has no encoding.
  const encoded = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, percent);
  const extended = encoded === plain ? '' : `; filename*=UTF-8''${encoded}`;
  return `${disposition}; filename="${plain}"${extended}`;
}

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
