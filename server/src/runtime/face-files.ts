import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FaceGraph } from '@orator/core/models/face-graphs';

const require = createRequire(import.meta.url);

/** Where the landmark package keeps its graphs. */
export const faceGraphFolder = () => join(dirname(require.resolve('@vladmandic/human')), '../models');

/** The network that tells people from their background, or `undefined` where its package is not installed. */
export function peopleNetworkFile(): string | undefined {
  try {
    return require.resolve('@mediapipe/selfie_segmentation/selfie_segmentation.tflite');
  } catch {
    return undefined;
  }
}

/** The weights that preparing a portrait reads, each with the name it has in receipts. */
export function preparationWeights(): readonly { readonly name: string; readonly file: string }[] {
  const graphs = graphWeights(['blazeface', 'facemesh', 'iris']);
  const people = peopleNetworkFile();
  return people ? [...graphs, { name: 'selfie-segmentation', file: people }] : graphs;
}

/** The weights of the package's graphs, each with the name it has in receipts. */
export const graphWeights = (graphs: readonly FaceGraph[]) =>
  graphs.map((graph) => ({ name: `human-3.3.6/${graph}`, file: join(faceGraphFolder(), `${graph}.bin`) }));
