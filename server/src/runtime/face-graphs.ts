import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type FaceGraph, type FaceGraphs, openFaceGraphs } from '@orator/core/models/face-graphs';
import { faceGraphFolder } from './face-files.ts';

const require = createRequire(import.meta.url);

/** Starts the WebAssembly backend, one thread: its thread pool cannot start in Node, and one thread is fast enough. */
export async function openNodeFaceGraphs(): Promise<FaceGraphs> {
  const tf = require('@tensorflow/tfjs-core') as typeof import('@tensorflow/tfjs-core');
  const { loadGraphModel } = require('@tensorflow/tfjs-converter') as typeof import('@tensorflow/tfjs-converter');
  require('@tensorflow/tfjs-backend-wasm');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const folder = faceGraphFolder();
  const read = async (graph: FaceGraph) => {
    const [description, bytes] = await Promise.all([
      readFile(join(folder, `${graph}.json`), 'utf8'),
      readFile(join(folder, `${graph}.bin`)),
    ]);
    return { description, weights: new Uint8Array(bytes).buffer };
  };
  return openFaceGraphs(
    {
      tensor4d: (values, shape) => tf.tensor4d(values, shape),
      dispose: (tensors) => tf.dispose(tensors),
      load: (artifacts) =>
        loadGraphModel({ load: async () => artifacts as import('@tensorflow/tfjs-core').io.ModelArtifacts }),
    },
    read,
  );
}
