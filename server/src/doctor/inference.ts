import { type Finding, missing, ok } from './finding.ts';

interface OnnxRuntime {
  listSupportedBackends?: () => readonly { name: string; bundled?: boolean }[];
}

/** Which ONNX Runtime providers this machine's install offers; neural engines need at least `cpu`. */
export async function findOnnxRuntime(): Promise<Finding> {
  const name: string = 'onnxruntime-node'; // optional: not resolved by the compiler
  try {
    const module = (await import(name)) as OnnxRuntime & { default?: OnnxRuntime };
    const list = (module.listSupportedBackends ?? module.default?.listSupportedBackends)?.() ?? [];
    const providers = list.map((backend) => backend.name).join(', ') || 'cpu';
    const cuda = list.some((backend) => backend.name === 'cuda');
    return ok(
      'ONNX Runtime',
      cuda ? providers : `${providers}; cuda absent: it needs an NVIDIA GPU and the CUDA 12 files of onnxruntime`,
    );
  } catch {
    return missing(
      'ONNX Runtime',
      'not installed',
      'None is needed for the built-in engine. For neural engines: npm install onnxruntime-node',
    );
  }
}
