import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** All that a data folder holds beside the database and the logs. */
export interface DataFolder {
  /** Keys of stored files whose content and record are both there. */
  readonly stored: readonly string[];
  /** Files that belong to nothing: work that was left behind. */
  readonly leftovers: readonly string[];
}

/** What may lie in a data folder whose processes have ended, besides stored files. */
const LASTING = /^(?:database|logs)\/|^link-secret$|^system\.lock$|^prepared\/[0-9a-f]{64}\.bin$/;
const RECORD = /^files\/(.*\/)?~([^/]+)\.json$/;
const CONTENT = /^files\/(.*\/)?[0-9a-f]{8}-\d+-[0-9a-f]{8}~([^/]+)$/;

/** Sorts what lies in a data folder. Read it as a stranger would: nothing of the service's own code is asked. */
export async function readDataFolder(data: string): Promise<DataFolder> {
  const entries = await readdir(data, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)));
  const keyOf = (pattern: RegExp, path: string) => {
    const found = pattern.exec(path);
    return found && `${found[1] ?? ''}${found[2]}`;
  };
  const records = new Set(paths.flatMap((path) => keyOf(RECORD, path) ?? []));
  const stored: string[] = [];
  const leftovers: string[] = [];
  for (const path of paths) {
    const key = keyOf(CONTENT, path);
    if (key !== null && records.has(key)) {
      stored.push(key);
    } else if (!LASTING.test(path) && !RECORD.test(path)) {
      leftovers.push(path);
    }
  }
  for (const key of records) if (!stored.includes(key)) leftovers.push(`the record of ${key}`);
  const scratch = await readdir(join(data, 'scratch')).catch(() => []);
  return { stored, leftovers: [...leftovers, ...scratch.map((name) => `scratch/${name}`)] };
}
