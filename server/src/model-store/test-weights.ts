import { writeFile } from 'node:fs/promises';
import { writeTorchStream } from '@orator/core/models/formats/torch-writer';
import { weightsOf } from '@orator/core/models/graph/graph';
import { type FaceSize, wav2lipPixelGraph } from '@orator/core/models/networks/wav2lip';
import { bytesOfFloats, countOf } from '@orator/core/models/tensor';
import { ALLOW_NONE } from '../net/address-guard.ts';
import { pullModel } from './model-pull.ts';
import { ModelStore } from './model-store.ts';

const logit = (level: number) => Math.log(level / 255 / (1 - level / 255));

/**
 * Writes a checkpoint of the official layout, at full size, that paints every face in one colour (red, green, blue): all is 0 but what the last
 * layer adds, in its own order of channels.
 */
export async function writePainter(path: string, size: FaceSize, colour: readonly number[]): Promise<void> {
  const paint = Float32Array.from([...colour].reverse(), logit);
  const weights = weightsOf(wav2lipPixelGraph(size)).map(({ name, shape }) => ({
    name: `module.${name}`,
    dtype: 'f32' as const,
    shape,
    bytes: bytesOfFloats(name === 'output_block.1.bias' ? paint : new Float32Array(countOf(shape))),
  }));
  await writeFile(path, writeTorchStream({ state_dict: weights, optimizer: null, global_step: 1 }));
}

/** Puts a file into a models folder as the weights of that name, as `orator models pull --from` does. */
export async function installWeights(folder: string, id: string, from: string): Promise<void> {
  const { signal } = new AbortController();
  const order = { id, from, acceptLicence: true };
  for await (const _ of pullModel(order, new ModelStore(folder), { allow: ALLOW_NONE }, signal));
}
