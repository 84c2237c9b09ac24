import { parentPort, workerData } from 'node:worker_threads';
import type { TensorData, Tensors } from '@orator/core/models/runtime';
import { loadOnnxLibrary, type OnnxSession, type OnnxTensor } from './onnx-api.ts';
import type { OnnxOrder, OnnxReply, OnnxStart } from './onnx-protocol.ts';

// A thread of its own that runs one network, for `onnx-thread.ts`: the library's `run` blocks whoever calls it.
const NAMES = { f32: 'float32', u8: 'uint8', i64: 'int64' } as const;
const { library, path, options } = workerData as OnnxStart;
const onnx = loadOnnxLibrary(library);
const port = parentPort!;
const say = (reply: OnnxReply, moved: readonly ArrayBuffer[] = []) => port.postMessage(reply, moved);
const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));

let session: OnnxSession | undefined;
try {
  session = await onnx.InferenceSession.create(path, options);
  say({ type: 'opened' });
} catch (thrown) {
  say({ type: 'failed', reason: reasonOf(thrown) });
}

port.on('message', async (order: OnnxOrder) => {
  if (order.type === 'close') {
    await session?.release();
    say({ type: 'closed' });
    port.close();
    return;
  }
  try {
    const outputs = await run(session!, order.inputs);
    const moved = Object.values(outputs).map(({ values }) => values.buffer as ArrayBuffer);
    say({ type: 'done', outputs }, moved);
  } catch (thrown) {
    say({ type: 'failed', reason: reasonOf(thrown) });
  }
});

async function run(network: OnnxSession, inputs: Tensors): Promise<Tensors> {
  const feeds = Object.entries(inputs).map(
    ([name, { dtype, values, shape }]) => [name, new onnx.Tensor(NAMES[dtype], values, shape)] as const,
  );
  const outputs = await network.run(Object.fromEntries(feeds));
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, ownOutput(tensor)]));
}

/** The library owns the memory of outputs that it has mapped: a copy can be moved to another thread. */
function ownOutput({ data, dims, type }: OnnxTensor): TensorData {
  const shape = [...dims];
  if (type === 'float32') return { dtype: 'f32', shape, values: Float32Array.from(data as Float32Array) };
  if (type === 'uint8') return { dtype: 'u8', shape, values: Uint8Array.from(data as Uint8Array) };
  if (type === 'int64') return { dtype: 'i64', shape, values: BigInt64Array.from(data as BigInt64Array) };
  throw new Error(`an output has numbers of the kind ${type}`);
}
