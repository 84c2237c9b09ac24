import { createHash } from 'node:crypto';
import { access, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../folder.ts';
import { newTag } from '../storage/writer-tag.ts';
import { packFolder, unpackFolder } from './folder-archive.ts';
import { migrationStatements } from './migrations.ts';
import { openPglite, openTablesAndQueue } from './tables-and-queue.ts';

/*
 * PostgreSQL takes seconds to make a database, and ours begins the same everywhere: the tables and the queue, and not one row in them. So
 * it is made once and kept as an archive that new data folders are unpacked from. The package ships one; a checkout keeps that of its
 * first start.
 */

const require = createRequire(import.meta.url);
/** Whether this is a checkout: the package has no TypeScript. */
const isCheckout = import.meta.url.endsWith('.ts');
/** Where the archive lies: in a checkout with what else is kept between tasks, in the package beside the bundle. */
const SHELF = fileURLToPath(new URL(isCheckout ? '../../../.cache/' : './', import.meta.url));
const ARCHIVE = /^database-[0-9a-f]{16}\.tar\.gz$/;
/** Files without which a folder is no database. */
const ESSENTIAL = ['PG_VERSION', 'global/pg_control'];

/**
 * Makes the folder of a database that has no rows yet, from the archive if there is one and it is whole. The folder gets its name when it
 * is complete; one that was left half-made is made anew. The caller is the only one who does this to `folder`.
 */
export async function makeBlankDatabase(folder: string, shelf = SHELF): Promise<void> {
  const partial = `${folder}.part`;
  const archive = join(shelf, await archiveName());
  await rm(partial, { recursive: true, force: true });
  if (!(await unpack(archive, partial))) {
    await rm(partial, { recursive: true, force: true });
    await furnish(partial);
    if (isCheckout) await keep(partial, archive).catch(() => {}); // it only saves time
  }
  await rename(partial, folder);
}

/** Puts the archive into a folder of a package that is being built. */
export async function makeBlankArchive(shelf: string): Promise<void> {
  await makeFolder(shelf);
  const folder = join(shelf, newTag());
  try {
    await furnish(folder);
    await packFolder(folder, join(shelf, await archiveName()));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Named after all that decides what is in it: other packages or another migration have another archive. */
async function archiveName(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['@electric-sql/pglite', 'pg-boss']) {
    const manifest = await readFile(join(dirname(require.resolve(name)), '../package.json'), 'utf8');
    hash.update(`${name} ${JSON.parse(manifest).version}\n`);
  }
  for (const statement of await migrationStatements()) hash.update(`${statement}\n`);
  return `database-${hash.digest('hex').slice(0, 16)}.tar.gz`;
}

/** Makes a database the long way. */
async function furnish(folder: string): Promise<void> {
  await using connection = await openPglite(folder);
  await using _open = await openTablesAndQueue(connection, () => {}); // what fails here is thrown
}

/** Whether an archive was there and whole, so that `folder` now is a database. */
async function unpack(archive: string, folder: string): Promise<boolean> {
  try {
    await unpackFolder(archive, folder);
    for (const name of ESSENTIAL) await access(join(folder, name));
    return true;
  } catch {
    return false; // if it is more than the archive, the long way says what
  }
}

/** Keeps a database for the next ones, and no others that nobody would ask for any more. */
async function keep(folder: string, archive: string): Promise<void> {
  await packFolder(folder, archive);
  const shelf = dirname(archive);
  const others = (await readdir(shelf)).map((name) => join(shelf, name)).filter((path) => path !== archive);
  for (const path of others) if (ARCHIVE.test(path.slice(shelf.length + 1))) await rm(path, { force: true });
}
