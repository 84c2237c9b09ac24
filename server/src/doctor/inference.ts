import { OratorError } from '@orator/core/base/errors';
import type { Config } from '../config.ts';
import { findOnnxLibrary, onnxCure } from '../runtime/onnx/onnx-library.ts';
import { examineProviders } from '../runtime/onnx/providers.ts';
import { type Finding, missing, ok } from './finding.ts';

const CUDA_CURE =
  'With an NVIDIA GPU: put the CUDA provider files of the same version of ONNX Runtime beside it, and its CUDA and cuDNN on the library path.';

/** Which ONNX Runtime providers can run with this machine's install; neural engines need at least `cpu`. */
export async function findOnnxRuntime(config: Config): Promise<Finding> {
  const cure = `None is needed for the built-in engine. For neural engines: ${onnxCure(config)}`;
  const library = findOnnxLibrary(config);
  if (library === null) return missing('ONNX Runtime', 'not installed', cure);
  try {
    const states = examineProviders(library);
    const here = states.filter(({ unavailable }) => unavailable === null).map(({ name }) => name);
    const absent = states.flatMap(({ name, unavailable }) =>
      unavailable === null ? [] : [`${name} (${unavailable})`],
    );
    if (absent.length === 0) return ok('ONNX Runtime', here.join(', '));
    return { ...ok('ONNX Runtime', `${here.join(', ')}; not ${absent.join(', ')}`), cure: CUDA_CURE };
  } catch (thrown) {
    return missing('ONNX Runtime', `${library} cannot be loaded: ${OratorError.from(thrown).message}`, cure);
  }
}
