import { readFile } from 'node:fs/promises';
import type { Receipt } from '@orator/core/produce/receipt';
import { fingerprintOf } from './fingerprint.ts';

const known = new Map<string, Promise<string>>();

/** Weights that ship with this package as receipts name them; each file is read once. */
export const packagedModels = (
  weights: readonly { readonly name: string; readonly file: string }[],
): Promise<Receipt['models']> =>
  Promise.all(weights.map(async ({ name, file }) => ({ name, sha256: await hashOnce(file) })));

function hashOnce(file: string): Promise<string> {
  const hash = known.get(file) ?? readFile(file).then((bytes) => fingerprintOf(bytes).sha256);
  known.set(file, hash);
  return hash;
}
