import { OratorError } from '@orator/core/base/errors';

/** Anything in a drawing that names something outside it: entities, style imports, links that are neither a `#part` nor data of its own. */
const OUTSIDE = [
  /<!(?:DOCTYPE|ENTITY)[^>]*\[/i,
  /<!ENTITY/i,
  /<\?xml-stylesheet/i,
  /@import/i,
  /\bhref\s*=\s*(["'])\s*(?!#|data:image\/(?:png|jpeg|webp|gif);|\1)/i,
  /\burl\(\s*(["']?)\s*(?!#|data:image\/)/i,
  /<(?:[a-z]+:)?(?:script|foreignObject|include)\b/i,
];

/**
 * Refuses drawings that refer to anything outside themselves; what only links a reader to a page is refused too, to be simple and sure.
 * @throws {OratorError} `image/unreadable`
 */
export function checkSvg(bytes: Uint8Array): void {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  if (!OUTSIDE.some((pattern) => pattern.test(text))) return;
  throw new OratorError(
    'image/unreadable',
    'The SVG refers to something outside itself, which is not opened. Save it as PNG, or with everything inside.',
  );
}

/** UTF-16 would hide such names from a search through UTF-8. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
