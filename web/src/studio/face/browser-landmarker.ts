import { type FaceGraph, openFaceGraphs } from '@orator/core/models/face-graphs';
import { createFaceLandmarker } from '@orator/core/models/face-landmarker';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import { readLiteGraph } from '@orator/core/models/tflite';
import { runLiteGraph } from '@orator/core/models/tflite-run';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, env, type io, setBackend, tensor4d } from '@tensorflow/tfjs-core';

const NETWORKS = '/studio/networks/';

/** Opens the landmarker of the service in this browser: the same networks, so that both see the same faces. */
export async function openBrowserLandmarker(): Promise<FaceLandmarker> {
  setWasmPaths({
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-threaded-simd.wasm': simd, // it wants to know one, and never fetches it
  });
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // threads want a page that is cut off from all others
  await setBackend('wasm');
  const graphs = openFaceGraphs(
    {
      tensor4d: (values, shape) => tensor4d(values, shape),
      dispose: (tensors) => dispose(tensors),
      load: (artifacts) => loadGraphModel({ load: async () => artifacts as io.ModelArtifacts }),
    },
    async (graph: FaceGraph) => {
      const [description, weights] = await Promise.all([fetched(`${graph}.json`), fetched(`${graph}.bin`)]);
      return { description: await description.text(), weights: await weights.arrayBuffer() };
    },
  );
  const people = async (input: Float32Array) => {
    const network = await (await fetched('people.tflite')).arrayBuffer();
    return [runLiteGraph(readLiteGraph(new Uint8Array(network)), input)];
  };
  return createFaceLandmarker('human-3.3.6', { ...graphs.networks, people }, async () => graphs[Symbol.asyncDispose]());
}

async function fetched(name: string): Promise<Response> {
  const response = await fetch(NETWORKS + name);
  if (!response.ok) throw new Error(`The network ${name} cannot be fetched: ${response.status}.`);
  return response;
}
