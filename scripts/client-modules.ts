import { clientSource } from './client-source.ts';
import { openApiDocument } from './openapi.ts';
import { runTool } from './tool.ts';

/** Where the client is. */
const FOLDER = 'client/src';

/** The files of the client that are made from the service's own document, by their paths, formatted. */
export async function clientModules(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [name, source] of Object.entries(clientSource(await openApiDocument()))) {
    const path = `${FOLDER}/${name}`;
    const { code, said } = await runTool('biome', ['format', `--stdin-file-path=${path}`], 'pipe', source);
    if (code !== 0) throw new Error(`${path} cannot be formatted: ${said}`);
    files.set(path, said);
  }
  return files;
}
