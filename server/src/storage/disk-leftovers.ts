import { readdir, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { pruneFolders, readFolder, readRecord } from './disk-records.ts';
import { isLeftOver } from './writer-tag.ts';

/** Removes what processes that are gone left unfinished: files on their way in `parts`, content in `root` that no record names. */
export async function cleanLeftovers(root: string, parts: string): Promise<void> {
  for (const name of await readdir(parts).catch(() => [])) await removeLeftover(parts, name);
  await cleanFolder(root, root);
}

async function cleanFolder(root: string, folder: string): Promise<void> {
  const { recorded, contents, folders } = await readFolder(folder);
  const known = new Set(recorded);
  for (const [owner, names] of contents) {
    // One content and one record belong together: most files need no second look.
    if (names.length === 1 && known.has(owner)) continue;
    const kept = await readRecord(root, join(relative(root, folder), owner).replaceAll('\\', '/'));
    if (!kept && known.has(owner)) continue; // a record that cannot be read now is no reason to lose what it may name
    for (const name of names) if (!kept || name !== basename(kept.path)) await removeLeftover(folder, name);
  }
  for (const name of folders) await cleanFolder(root, join(folder, name));
  if (!recorded.length) await pruneFolders(root, folder);
}

async function removeLeftover(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (await isLeftOver(path, name)) await rm(path, { force: true }).catch(() => {}); // another process may clean as well
}
