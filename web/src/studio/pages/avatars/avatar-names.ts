/** What an avatar may be called, as the service has it: the name becomes that of a folder. */
export const AVATAR_NAME = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** A name for what is made of a file. */
export function nameOfFile(file: string): string {
  const plain = file
    .replace(/(?:\.tar)?\.\w+$/, '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 128);
  return AVATAR_NAME.test(plain) ? plain : 'avatar';
}
