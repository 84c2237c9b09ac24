import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { clearAway, makeFolder } from '../folder.ts';
import { isLeftOver, newTag } from '../storage/writer-tag.ts';

/** Far less than the day after which a folder that nobody touched counts as left behind. */
const TOUCH_MS = 3600_000;

/** A folder for what one process writes while it works. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Makes a scratch folder in the data folder, and removes those of processes that are gone. */
export async function openScratch(data: string): Promise<Scratch> {
  const all = join(data, 'scratch');
  await makeFolder(all);
  for (const name of await readdir(all)) {
    const path = join(all, name);
    if (await isLeftOver(path, name)) await clearAway(path);
  }
  const path = join(all, newTag());
  await makeFolder(path);
  const touching = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => {});
  }, TOUCH_MS);
  touching.unref();
  return {
    path,
    async [Symbol.asyncDispose]() {
      clearInterval(touching);
      await clearAway(path);
    },
  };
}
