import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Output } from '../output.ts';

/** What is known of weights that lie here: a note beside them, written when they were complete and had been checked. */
const modelRecord = z.object({
  file: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** Where they came from: an address, or `file` for one that was given here. */
  source: z.string(),
  /** Whether the hash is one that was known beforehand; else it only says what the first pull got. */
  pinned: z.boolean(),
  pulledAt: z.iso.datetime(),
});
/** What is known of weights that lie here. */
export type ModelRecord = z.infer<typeof modelRecord>;

/** Reads a note; `null` when there is none or it is damaged, which counts as not there. */
export async function readRecord(path: string): Promise<ModelRecord | null> {
  try {
    return modelRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Writes a note, whole or not at all. */
export async function writeRecord(path: string, record: object): Promise<void> {
  await using output = await Output.reserve(path);
  await writeFile(output.temporary, `${JSON.stringify(record, null, 2)}\n`);
  await output.publish();
}
