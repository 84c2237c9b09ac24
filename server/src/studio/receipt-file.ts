import { writeFile } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Receipt } from '@orator/core/produce/receipt';
import { Output, outputError } from '../output.ts';

/** Where the receipt of the clip at this path lies. */
export const receiptPathOf = (clip: string) => `${clip}.json`;

/**
 * Writes the receipt beside its clip.
 * @throws {OratorError} `output/unwritable`, `output/disk-full`; the clip itself stays.
 */
export async function writeReceipt(clip: string, receipt: Receipt): Promise<void> {
  const path = receiptPathOf(clip);
  try {
    await using file = await Output.reserve(path);
    await writeFile(file.temporary, `${JSON.stringify(receipt, null, 2)}\n`);
    await file.publish();
  } catch (thrown) {
    const { code, message } = outputError(thrown, path);
    throw new OratorError(code, `The clip is complete, but its receipt is not: ${message}`, { cause: thrown });
  }
}
