/** Kinds of pictures that are read. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'svg';

/** First bytes of each kind, as Latin-1 text; `.` stands for any byte. */
const SIGNATURES: readonly (readonly [PictureFormat, RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n.\n/s],
  ['webp', /^RIFF....WEBP/s],
  ['gif', /^GIF8[79]a/],
  ['tiff', /^(?:II[*+].|MM.[*+])/s],
  ['avif', /^....ftyp(?:avif|avis|mif1|msf1)/s],
  // Comments, an XML declaration and a document type may come before the drawing itself.
  ['svg', /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/s],
];
const LOOKED_AT = 4096;

/** What kind of picture this is by its content, whatever it is called; `null` when it is none of them. */
export function sniffPicture(bytes: Uint8Array): PictureFormat | null {
  const start = String.fromCharCode(...bytes.subarray(0, LOOKED_AT));
  return SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0] ?? null;
}
