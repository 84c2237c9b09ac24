import { access, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Finding, missing, ok } from './finding.ts';

interface OnnxRuntime {
  listSupportedBackends?: () => readonly { readonly name: string }[];
}

/** Providers that need a file of their own beside the runtime; npm's package names them without bringing it. */
const PROVIDER_FILES: Readonly<Record<string, string>> = {
  cuda: 'libonnxruntime_providers_cuda.so',
  tensorrt: 'libonnxruntime_providers_tensorrt.so',
};

/** Which ONNX Runtime providers can run with this machine's install; neural engines need at least `cpu`. */
export async function findOnnxRuntime(): Promise<Finding> {
  const require = createRequire(import.meta.url);
  try {
    const runtime = require('onnxruntime-node') as OnnxRuntime;
    const folders = await binaryFolders(dirname(require.resolve('onnxruntime-node/package.json')));
    const names = runtime.listSupportedBackends?.().map((backend) => backend.name) ?? ['cpu'];
    const here: string[] = [];
    const absent: string[] = [];
    for (const name of names) ((await isHere(name, folders)) ? here : absent).push(name);
    const found = here.join(', ') || 'cpu';
    if (absent.length === 0) return ok('ONNX Runtime', found);
    const cure =
      'Nothing needs them yet. With an NVIDIA GPU: put the CUDA provider files of the same version beside the runtime.';
    return { what: 'ONNX Runtime', state: 'ok', found: `${found}; without files for ${absent.join(', ')}`, cure };
  } catch {
    return missing(
      'ONNX Runtime',
      'not installed',
      'None is needed for the built-in engine. For neural engines: npm install onnxruntime-node',
    );
  }
}

/** The folders with the runtime's libraries: bin/napi-v6/platform/architecture. */
async function binaryFolders(home: string): Promise<string[]> {
  const versions = await readdir(join(home, 'bin'));
  return versions.map((version) => join(home, 'bin', version, process.platform, process.arch));
}

async function isHere(provider: string, folders: readonly string[]): Promise<boolean> {
  const file = PROVIDER_FILES[provider];
  if (file === undefined) return true;
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, file))));
  return found.some((result) => result.status === 'fulfilled');
}
