import { OratorError } from '@orator/core/base/errors';
import type { ReadyPerformer, ReadyUp, Scene, Stage } from './performer.ts';
import { readyPortrait } from './portrait.ts';
import { readyStill } from './still.ts';
import { readyWav2lip } from './wav2lip.ts';

/** Who can make the frames of a clip: the engines of this version, and the still that may stand in for one. */
const PERFORMERS: Readonly<Record<string, ReadyUp>> = {
  portrait: readyPortrait,
  wav2lip: readyWav2lip,
  still: readyStill,
};

/** Makes one of them ready. @throws {OratorError} whatever it lacks */
export function readyPerformer(name: string, scene: Scene, stage: Stage): Promise<ReadyPerformer> {
  const readyUp = PERFORMERS[name];
  if (!readyUp) throw new OratorError('internal', `Nobody here performs "${name}".`);
  return readyUp(scene, stage);
}
