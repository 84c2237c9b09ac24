import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { entriesOf } from '../avatars/tar-entries.ts';
import { makeFolder } from '../folder.ts';
import { newTag } from '../storage/writer-tag.ts';

/** Names of ours, which stay inside the folder they are unpacked into. */
const PLAIN_NAME = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*\/?$/;

/** Writes the files of a folder, each small enough for memory, as a `.tar.gz`, which appears when it is whole. */
export async function packFolder(folder: string, archive: string): Promise<void> {
  await makeFolder(dirname(archive));
  const partial = join(dirname(archive), `${newTag()}.part`);
  try {
    const entries = pack();
    const writing = pipeline(entries, createGzip(), createWriteStream(partial));
    for (const { path, isFolder } of await pathsIn(folder)) {
      const name = relative(folder, path).replaceAll(sep, '/');
      if (isFolder) entries.entry({ name, type: 'directory' });
      else entries.entry({ name }, await readFile(path));
    }
    entries.finalize();
    await writing;
    await rename(partial, archive);
  } finally {
    await rm(partial, { force: true });
  }
}

/** All that lies in a folder, parents first, always in the same order. */
async function pathsIn(folder: string) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
  return paths.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Makes a folder of what `packFolder` wrote. An archive that is cut short, was changed, or holds a name or a kind of file that `packFolder`
 * never writes throws; then half a folder may be left.
 */
export async function unpackFolder(archive: string, folder: string): Promise<void> {
  await mkdir(folder);
  const unzipped = createGunzip();
  const reading = pipeline(createReadStream(archive), unzipped).catch(() => {}); // the loop hears of it
  for await (const entry of entriesOf(unzipped)) {
    const { name, type } = entry.header;
    if (!PLAIN_NAME.test(name)) throw new Error(`the archive names a file "${name}"`);
    const path = join(folder, name);
    if (type === 'directory') await mkdir(path);
    else if (type === 'file') await writeFile(path, await buffer(entry));
    else throw new Error(`the archive holds a ${type}`);
    entry.resume();
  }
  await reading;
}
