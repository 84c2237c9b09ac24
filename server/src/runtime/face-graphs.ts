import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type FaceGraph, faceGraphFolder } from './face-files.ts';

const require = createRequire(import.meta.url);

/** The package's graphs, each loaded on its first use. Disposing frees their weights. */
export interface FaceGraphs extends AsyncDisposable {
  /** Runs one graph on a batch of square RGB inputs. */
  run(graph: FaceGraph, input: Float32Array, batch: number, side: number): Promise<Float32Array[]>;
}

/** Starts the WebAssembly backend, one thread: its thread pool cannot start in Node, and one thread is fast enough. */
export async function openFaceGraphs(): Promise<FaceGraphs> {
  const tf = require('@tensorflow/tfjs-core') as typeof import('@tensorflow/tfjs-core');
  const { loadGraphModel } = require('@tensorflow/tfjs-converter') as typeof import('@tensorflow/tfjs-converter');
  require('@tensorflow/tfjs-backend-wasm');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const folder = faceGraphFolder();
  const loaded = new Map<FaceGraph, Promise<GraphModel>>();
  const load = async (graph: FaceGraph) => {
    const [text, bytes] = await Promise.all([
      readFile(join(folder, `${graph}.json`), 'utf8'),
      readFile(join(folder, `${graph}.bin`)),
    ]);
    const { modelTopology, format, signature, weightsManifest } = JSON.parse(text);
    const weightData = new Uint8Array(bytes).buffer;
    const artifacts = { modelTopology, format, signature, weightSpecs: weightsManifest[0].weights, weightData };
    return loadGraphModel({ load: () => Promise.resolve(artifacts) });
  };
  return {
    run: async (graph, input, batch, side) => {
      if (!loaded.has(graph)) loaded.set(graph, load(graph));
      const model = await loaded.get(graph)!;
      const tensor = tf.tensor4d(input, [batch, side, side, 3]);
      const result = model.execute(tensor) as Tensor | Tensor[];
      const outputs = Array.isArray(result) ? result : [result];
      const values = await Promise.all(outputs.map(async (output) => new Float32Array(await output.data())));
      tf.dispose([tensor, ...outputs]);
      return values;
    },
    [Symbol.asyncDispose]: async () => {
      for (const model of await Promise.all(loaded.values())) model.dispose();
      loaded.clear();
    },
  };
}
