import { writeFile } from 'node:fs/promises';
import { writeTorchStream } from '@orator/core/models/formats/torch-writer';
import { weightsOf } from '@orator/core/models/graph/graph';
import { syntheticInput, syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { type FaceSize, MEL_BANDS, MEL_COLUMNS, wav2lipPixelGraph } from '@orator/core/models/networks/wav2lip';
import type { Tensors } from '@orator/core/models/runtime';
import { bytesOfFloats } from '@orator/core/models/tensor';
import { installWeights } from '../../server/src/model-store/test-weights.ts';
import type { Workshop } from '../material.ts';

/** What each network costs for one face, in GFLOP. */
export const GFLOP: Readonly<Record<FaceSize, number>> = { 96: 7.93, 256: 55.6 };
/** The name that weights of each size are pulled with where no hash was published. */
export const MODEL: Readonly<Record<FaceSize, string>> = { 96: 'wav2lip', 256: 'wav2lip-256' };

/**
 * Puts weights made of the tensors' names into a models folder, in a file of the size of the official one: with what training leaves beside
 * the weights. Nobody may download the real ones here; how fast a network runs does not hang on its numbers.
 */
export async function installSynthetic(workshop: Workshop, models: string, size: FaceSize): Promise<void> {
  const weights = weightsOf(wav2lipPixelGraph(size)).map((spec) => ({
    ...{ name: `module.${spec.name}`, dtype: 'f32' as const, shape: spec.shape },
    bytes: bytesOfFloats(syntheticWeight(spec, 1)),
  }));
  const path = workshop.path(`synthetic-${size}.pth`);
  const trained = { state_dict: weights, global_step: 1 };
  const moments = { first_moments: weights, second_moments: weights };
  await writeFile(path, writeTorchStream(size === 96 ? { ...trained, ...moments } : trained));
  await installWeights(models, MODEL[size], path);
}

/** Sound and faces for `count` mouths, any numbers in the right range. */
export function inputsFor(size: FaceSize, count: number): Tensors {
  const crops = Uint8Array.from(syntheticInput('crops', count * size * size * 3, 0, 255));
  return {
    mel: {
      dtype: 'f32',
      shape: [count, 1, MEL_BANDS, MEL_COLUMNS],
      values: syntheticInput('mel', count * MEL_BANDS * MEL_COLUMNS, -4, 4),
    },
    crops: { dtype: 'u8', shape: [count, size, size, 3], values: crops },
  };
}
