import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { PreparedPortrait } from '@orator/core/engines/portrait/prepared';
import { serialisePortrait } from '@orator/core/engines/portrait/prepared-bytes';
import { renderRequest } from '@orator/core/produce/request';
import { z } from 'zod';
import { outputError } from '../output.ts';
import { FolderOutput } from './folder-output.ts';

/** What lies in the folder of a portrait avatar. */
export const PORTRAIT_FILES = {
  /** The photo as it was given, for its pixels. */
  picture: 'portrait.picture',
  facts: 'portrait.json',
  /** What `serialisePortrait` makes of it; only ours is ever read. */
  prepared: 'portrait.prepared',
} as const;

const side = z.int().min(1).max(100_000);
const portraitFacts = z.object({ face: renderRequest.shape.face.unwrap(), width: side, height: side });

/** Which face of the photo it is, and the size of the photo as it is drawn from. */
export type PortraitFacts = z.infer<typeof portraitFacts>;

const MOST_FACTS_BYTES = 4096;

/** A photo made ready: its facts and what the engine draws from. */
export interface PreparedPhoto extends PortraitFacts {
  readonly prepared: PreparedPortrait;
}

/**
 * Writes a portrait avatar's folder, which appears when it is complete.
 * @throws {OratorError} `output/…`
 */
export async function writePortraitAvatar(folder: string, picture: string, photo: PreparedPhoto): Promise<void> {
  await using output = await FolderOutput.reserve(folder);
  const place = (file: string) => join(output.temporary, file);
  const { face, width, height, prepared } = photo;
  try {
    await copyFile(picture, place(PORTRAIT_FILES.picture));
    await writeFile(place(PORTRAIT_FILES.facts), JSON.stringify({ face, width, height } satisfies PortraitFacts));
    await writeFile(place(PORTRAIT_FILES.prepared), serialisePortrait(prepared));
  } catch (thrown) {
    throw outputError(thrown, folder);
  }
  await output.publish();
}

/** Reads the facts of a portrait avatar's folder. @throws {OratorError} `avatar/invalid` */
export async function readPortraitFacts(folder: string): Promise<PortraitFacts> {
  const path = join(folder, PORTRAIT_FILES.facts);
  const { size } = await stat(path).catch(() => ({ size: Number.POSITIVE_INFINITY }));
  return parsePortraitFacts(size <= MOST_FACTS_BYTES ? await readFile(path, 'utf8') : '');
}

/** Reads the facts of a portrait avatar. @throws {OratorError} `avatar/invalid` */
export function parsePortraitFacts(json: string): PortraitFacts {
  try {
    return portraitFacts.parse(JSON.parse(json));
  } catch {
    // said below
  }
  throw new OratorError(
    'avatar/invalid',
    `${PORTRAIT_FILES.facts} cannot be read. Make the avatar again from its photo.`,
  );
}
