import { createHash, timingSafeEqual } from 'node:crypto';

/** A text without the query of any URL in it, which is where presigned links carry their key, and without `secrets`. */
export function withoutSecrets(text: string, ...secrets: readonly string[]): string {
  let clean = text.replace(/(\w+:\/\/[^\s"'<>?#]*)[?#][^\s"'<>]*/g, '$1?…').replace(/:\/\/[^\s/@"']+@/g, '://…@');
  for (const secret of secrets) if (secret) clean = clean.replaceAll(secret, '…');
  return clean;
}

/** Whether `given` is one of the keys; takes equally long wherever they differ. */
export function isKey(given: string, keys: readonly string[]): boolean {
  const hash = sha256(given);
  // Every key is looked at, so that time does not tell which one it is.
  return keys.reduce((found, key) => timingSafeEqual(hash, sha256(key)) || found, false);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
