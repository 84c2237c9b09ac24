import { createFaceLandmarker } from '@orator/core/models/face-landmarker';
import type { FaceLandmarker } from '@orator/core/models/face-landmarks';
import { openFaceGraphs } from './face-graphs.ts';

/** Opens the face landmarker: the graphs of @vladmandic/human 3.3.6 on TensorFlow.js's WebAssembly backend. */
export async function openLandmarker(): Promise<FaceLandmarker> {
  const run = await openFaceGraphs();
  return createFaceLandmarker(
    'human-3.3.6',
    {
      detector: (input, batch, side) => run('blazeface', input, batch, side),
      mesh: (input, batch, side) => run('facemesh', input, batch, side),
      iris: (input, batch, side) => run('iris', input, batch, side),
      descriptor: (input, batch, side) => run('faceres', input, batch, side),
    },
    () => Promise.resolve(),
  );
}
