import { createRequire } from 'node:module';
import { OratorError } from '@orator/core/base/errors';
import { openLandmarker } from '../runtime/landmarks.ts';
import { loadVisemeModel } from '../studio/viseme-model.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { type Finding, ok, problem } from './finding.ts';

const AGAIN = 'Install Orator again: a part of it is missing or damaged.';

/** Starts the synthesiser and asks for its voices. */
export async function findVoices(): Promise<Finding> {
  return attempt('Voices', async () => {
    const voices = await createEspeakVoices().voices();
    const languages = new Set(voices.map((voice) => voice.language.split('-')[0]));
    return `espeak-ng, ${voices.length} voices in ${languages.size} languages`;
  });
}

/** Loads the face landmark models, as every new photo does. */
export async function findFaceModels(): Promise<Finding> {
  return attempt('Face landmarks', async () => {
    await using landmarker = await openLandmarker();
    return landmarker.name;
  });
}

/** Loads the model that reads mouth shapes from sound. */
export async function findVisemeModel(): Promise<Finding> {
  return attempt('Lip model', async () => `sha256 ${(await loadVisemeModel()).sha256.slice(0, 12)}`);
}

/** The picture library, with the formats that this build of it reads. */
export async function findPictures(): Promise<Finding> {
  return attempt('Pictures', async () => {
    const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp');
    const formats = Object.values(sharp.format).filter((format) => format.input.buffer);
    return `sharp ${sharp.versions.sharp}: ${formats.map((format) => format.id).join(', ')}`;
  });
}

async function attempt(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return ok(what, await look());
  } catch (thrown) {
    return problem(what, OratorError.from(thrown).message, AGAIN);
  }
}
