import { readFile } from 'node:fs/promises';
import { createFaceLandmarker } from '@orator/core/models/face-landmarker';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import type { FaceNetwork } from '@orator/core/models/face-networks';
import { readLiteGraph } from '@orator/core/models/tflite';
import { runLiteGraph } from '@orator/core/models/tflite-run';
import { peopleNetworkFile } from './face-files.ts';
import { openNodeFaceGraphs } from './face-graphs.ts';

/**
 * Opens the face landmarker: the graphs of @vladmandic/human 3.3.6 on TensorFlow.js's WebAssembly backend, and the person matte of
 * @mediapipe/selfie_segmentation where that package is installed.
 */
export async function openLandmarker(): Promise<FaceLandmarker> {
  const graphs = await openNodeFaceGraphs();
  const people = findPeopleNetwork();
  return createFaceLandmarker('human-3.3.6', { ...graphs.networks, ...(people ? { people } : {}) }, async () =>
    graphs[Symbol.asyncDispose](),
  );
}

function findPeopleNetwork(): FaceNetwork | undefined {
  const file = peopleNetworkFile();
  if (file === undefined) return undefined;
  return async (input) => [runLiteGraph(readLiteGraph(await readFile(file)), input)];
}
