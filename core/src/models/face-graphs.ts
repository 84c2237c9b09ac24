import type { FaceNetworks } from './face-networks.ts';

/** The graphs of the landmark package, by file name. */
export type FaceGraph = 'blazeface' | 'facemesh' | 'iris' | 'faceres';

/** A graph as its package holds it. */
export interface FaceGraphFiles {
  /** What stands in `<graph>.json`: topology, and how the weights lie in the bytes. */
  readonly description: string;
  /** What stands in `<graph>.bin`. */
  readonly weights: ArrayBuffer;
}

/** A tensor of the library that runs the graphs. */
interface GraphTensor {
  data(): Promise<ArrayLike<number>>;
}

/** A graph that the library has loaded. */
interface LoadedGraph<Tensor> {
  execute(input: Tensor): unknown;
  dispose(): void;
}

/** What is used of TensorFlow.js, in Node and in browsers alike. */
export interface GraphLibrary<Tensor extends GraphTensor> {
  tensor4d(values: Float32Array, shape: [number, number, number, number]): Tensor;
  dispose(tensors: Tensor[]): void;
  /** Makes a graph of its topology, the list of its weights and their bytes. */
  load(artifacts: {
    readonly modelTopology: object;
    readonly format: string;
    readonly signature: object;
    readonly weightSpecs: readonly object[];
    readonly weightData: ArrayBuffer;
  }): Promise<LoadedGraph<Tensor>>;
}

/** The package's graphs, each loaded on its first use. Disposing frees their weights. */
export interface FaceGraphs extends AsyncDisposable {
  /** The networks that a landmarker is made of. */
  readonly networks: Omit<FaceNetworks, 'people'>;
}

/** Opens the graphs on a library; `read` fetches the files of one. */
export function openFaceGraphs<Tensor extends GraphTensor>(
  library: GraphLibrary<Tensor>,
  read: (graph: FaceGraph) => Promise<FaceGraphFiles>,
): FaceGraphs {
  const loaded = new Map<FaceGraph, Promise<LoadedGraph<Tensor>>>();
  const load = async (graph: FaceGraph) => {
    const { description, weights } = await read(graph);
    const { modelTopology, format, signature, weightsManifest } = JSON.parse(description);
    return library.load({
      modelTopology,
      format,
      signature,
      weightSpecs: weightsManifest[0].weights,
      weightData: weights,
    });
  };
  const run = (graph: FaceGraph) => async (input: Float32Array, batch: number, side: number) => {
    if (!loaded.has(graph)) loaded.set(graph, load(graph));
    const model = await loaded.get(graph)!;
    const tensor = library.tensor4d(input, [batch, side, side, 3]);
    const outputs = [model.execute(tensor)].flat() as Tensor[];
    const values = await Promise.all(outputs.map(async (output) => new Float32Array(await output.data())));
    library.dispose([tensor, ...outputs]);
    return values;
  };
  return {
    networks: { detector: run('blazeface'), mesh: run('facemesh'), iris: run('iris'), descriptor: run('faceres') },
    [Symbol.asyncDispose]: async () => {
      for (const model of await Promise.all(loaded.values())) model.dispose();
      loaded.clear();
    },
  };
}
