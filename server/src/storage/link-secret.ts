import { randomBytes } from 'node:crypto';
import { chmod, link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputError } from '../output.ts';
import { newTag } from './writer-tag.ts';

const SECRET = /^[0-9a-f]{64}$/;

/**
 * The secret that links are signed with, made at the first time and kept in a file that only its owner can read. Whoever deletes
 * the file makes every link invalid.
 */
export async function openLinkSecret(path: string): Promise<Uint8Array> {
  const found = await read(path);
  if (found) {
    await chmod(path, 0o600).catch(() => {}); // it may have been copied here without its mode
    return found;
  }
  const temporary = join(dirname(path), `.${newTag()}.part`);
  try {
    await write(temporary, randomBytes(32).toString('hex'));
    await settle(temporary, path);
  } catch (thrown) {
    throw outputError(thrown, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return openLinkSecret(path);
}

async function read(path: string): Promise<Uint8Array | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return SECRET.test(text.trim()) ? Buffer.from(text.trim(), 'hex') : null;
}

async function write(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}

/** Gives the secret its name, unless another process was faster: then its secret counts. */
async function settle(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST' && (await read(path))) return;
    // A file system without links, or a damaged secret.
    await rename(temporary, path);
  }
}
