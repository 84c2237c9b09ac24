import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OratorError } from '@orator/core/base/errors';
import { parseVisemeWeights, type VisemeWeights } from '@orator/core/speech/visemes/weights';

/** The weights that ship with Orator: in a checkout beside `core`, in the package beside the bundle. */
const PLACES = ['../../../core/models/visemes.bin', './models/visemes.bin'];

/**
 * Loads the viseme model.
 * @throws {OratorError} `model/missing` when the file is damaged.
 */
export async function loadVisemeModel(): Promise<{ weights: VisemeWeights; sha256: string }> {
  const bytes = await readFirst();
  return { weights: parseVisemeWeights(bytes), sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function readFirst(): Promise<Buffer> {
  for (const place of PLACES) {
    const bytes = await readFile(new URL(place, import.meta.url)).catch(() => undefined);
    if (bytes) return bytes;
  }
  throw new OratorError(
    'model/missing',
    'The file visemes.bin is missing from this installation. Install Orator again.',
  );
}
