import { rename, rm, writeFile } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Receipt } from '@orator/core/produce/receipt';

/** Writes the receipt beside its clip, as `<clip>.json`. */
export async function writeReceipt(clip: string, receipt: Receipt): Promise<void> {
  const temporary = `${clip}.json.${process.pid}.part`;
  try {
    await writeFile(temporary, `${JSON.stringify(receipt, null, 2)}\n`);
    await rename(temporary, `${clip}.json`);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new OratorError(
      'output/unwritable',
      `The clip is complete, but its receipt could not be written beside it: ${(thrown as Error).message}.`,
      { cause: thrown },
    );
  }
}
