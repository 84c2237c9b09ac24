import { accessSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { loadOnnxLibrary, type OnnxProvider } from './onnx-api.ts';

/** Where a network may run. */
export const PROVIDERS = ['cuda', 'tensorrt', 'webgpu', 'cpu'] as const;
/** One of them. */
export type ProviderName = (typeof PROVIDERS)[number];

/** Providers that need a file of their own beside the runtime; npm's package names them without bringing it. */
const PROVIDER_FILES: Readonly<Partial<Record<string, string>>> = {
  cuda: 'libonnxruntime_providers_cuda.so',
  tensorrt: 'libonnxruntime_providers_tensorrt.so',
};

/** A provider, and why it cannot run here, or `null` when it may. */
export interface ProviderState {
  readonly name: string;
  readonly unavailable: string | null;
}

/** What a library can run on, as far as its files tell; opens nothing. Throws when the library cannot be loaded. */
export function examineProviders(library: string): readonly ProviderState[] {
  const folders = binaryFolders(library);
  return loadOnnxLibrary(library)
    .listSupportedBackends()
    .map(({ name }) => {
      const file = PROVIDER_FILES[name];
      const isHere = file === undefined || folders.some((folder) => isReadable(join(folder, file)));
      return { name, unavailable: isHere ? null : `${file} is not beside the runtime` };
    });
}

/** What is tried, best first: `auto` takes CUDA where its files are, else the processor; anything else only itself. */
export function ladderFor(backend: 'auto' | ProviderName): readonly ProviderName[] {
  return backend === 'auto' ? ['cuda', 'cpu'] : [backend];
}

/** A provider with what it has to be told. */
export const providerOptions = (name: ProviderName, { values }: Pick<Config, 'values'>): OnnxProvider =>
  name === 'cuda' || name === 'tensorrt' ? { name, deviceId: values.ORATOR_GPU_ID } : { name };

/** The folders with the runtime's libraries: bin/napi-v6/platform/architecture. */
function binaryFolders(library: string): string[] {
  return readdirSync(join(library, 'bin')).map((version) =>
    join(library, 'bin', version, process.platform, process.arch),
  );
}

function isReadable(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
