import { createWriteStream } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { outputError } from '../output.ts';
import type { AvatarModel } from './avatar-layout.ts';
import { readCoords } from './coords-pickle.ts';
import { writeCoords } from './pickle-writer.ts';
import { type Latents, openLatents, writeLatents } from './torch-file.ts';

/** Which pickles of rows an avatar has, and what its player expects as a row. */
const ROWS = {
  wav2lip: [['coords.pkl', 'tuple']],
  musetalk: [
    ['coords.pkl', 'list'],
    ['mask_coords.pkl', 'list'],
  ],
  portrait: [],
} as const satisfies Record<AvatarModel, readonly (readonly [file: string, row: 'tuple' | 'list'])[]>;

/**
 * Replaces the pickles in the folder of a checked avatar by our own with the same numbers: whoever loads them in Python runs nothing
 * that a stranger wrote.
 * @throws {OratorError} `avatar/invalid`, `output/…`
 */
export async function rewritePickles(folder: string, model: AvatarModel): Promise<void> {
  try {
    for (const [file, row] of ROWS[model]) {
      const path = join(folder, file);
      await writeFile(path, writeCoords(readCoords(await readFile(path)), row));
    }
    if (model === 'musetalk') await rewriteLatents(join(folder, 'latents.pt'));
  } catch (thrown) {
    throw outputError(thrown, folder);
  }
}

async function rewriteLatents(path: string): Promise<void> {
  const fresh = `${path}.part`;
  {
    await using latents = await openLatents(path);
    await pipeline(Readable.from(writeLatents(valuesOf(latents), latents.device)), createWriteStream(fresh));
  }
  await rename(fresh, path);
}

async function* valuesOf(latents: Latents): AsyncGenerator<Float32Array> {
  for (let i = 0; i < latents.count; i++) yield latents.read(i);
}
