import { KernelMemory } from '@orator/core/base/kernels/kernel-memory';
import { openLandmarker } from '../runtime/landmarks.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { loadVisemeModel } from './viseme-model.ts';

/**
 * Loads what every clip of the portrait needs, once: the face networks, the kernels, the ear for mouth shapes and the voice.
 * @throws {OratorError} `model/missing`, `voice/failed`, `runtime/exhausted`, and what a damaged installation throws.
 */
export async function loadEngine(): Promise<void> {
  new KernelMemory(1, 1);
  await Promise.all([
    openLandmarker().then((opened) => opened[Symbol.asyncDispose]()),
    createEspeakVoices().voices(),
    loadVisemeModel(),
  ]);
}
