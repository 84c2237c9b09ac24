import type { OratorError } from '@orator/core/base/errors';
import type { EngineInfo } from '@orator/core/engines/engine';
import { ENGINES } from '@orator/core/engines/list';
import type { Config } from '../config.ts';
import { findWeights, missingWeights } from '../model-store/bring-weights.ts';
import { ModelStore } from '../model-store/model-store.ts';
import { findOnnxLibrary, noOnnxLibrary } from '../runtime/onnx/onnx-library.ts';

/** Why an engine cannot run on this machine, with the cure, as far as files tell; `null` when it can. */
export async function lackOf(
  { name, models }: EngineInfo,
  config: Pick<Config, 'data' | 'models' | 'values'>,
): Promise<OratorError | null> {
  if (models.length === 0) return null;
  const store = new ModelStore(config.models);
  if ((await findWeights(models, store)) === null) return missingWeights(name, models, store);
  return findOnnxLibrary(config) === null ? noOnnxLibrary(config) : null;
}

/** The names of the engines that can run on this machine. */
export async function ableEngines(config: Pick<Config, 'data' | 'models' | 'values'>): Promise<readonly string[]> {
  const lacks = await Promise.all(ENGINES.map((engine) => lackOf(engine, config)));
  return ENGINES.filter((_, i) => lacks[i] === null).map(({ id }) => id);
}
