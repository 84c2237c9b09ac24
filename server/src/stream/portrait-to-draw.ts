import { createHash } from 'node:crypto';
import { PREPARED_VERSION } from '@orator/core/engines/portrait/prepared-bytes';
import { packPortrait } from '@orator/core/live/portrait-packet';
import type { Subject } from '../studio/subject.ts';
import { SharedPicture } from './shared-picture.ts';

/** The still is the picture wherever nothing moves: it keeps its colours at full size. */
const STILL = { format: 'jpeg', quality: 95, chroma: 'full' } as const;

/** What a viewer who draws for himself needs of a subject, in the format of `core/live/portrait-packet`. */
export async function portraitToDraw({ prepared, placement, still }: Subject): Promise<Uint8Array> {
  const picture = await new SharedPicture(still.pixels, still).encode(STILL);
  return packPortrait({ prepared, placement, still: { type: 'image/jpeg', bytes: Uint8Array.from(picture) } });
}

/** Changes whenever `portraitToDraw` would. */
export const tagOfPortrait = ({ sha256, placement, prepared: { face } }: Subject): string =>
  createHash('sha256')
    .update(JSON.stringify([PREPARED_VERSION, sha256, placement, face, STILL]))
    .digest('base64url')
    .slice(0, 22);
