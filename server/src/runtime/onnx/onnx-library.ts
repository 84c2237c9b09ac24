import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Config } from '../../config.ts';

/** The version that Orator was tested with. */
export const ONNX_VERSION = '1.30.0';
const PACKAGE = 'onnxruntime-node';

/** Where the library goes that a user adds: a folder that needs no rights and outlives new versions of Orator. */
export const onnxHome = ({ data }: Pick<Config, 'data'>) => join(data, 'onnxruntime');

/** The command that adds the library. Its install script would download CUDA files, which are left to the user. */
export const onnxCure = (config: Pick<Config, 'data'>) =>
  `npm install --ignore-scripts --prefix ${onnxHome(config)} ${PACKAGE}@${ONNX_VERSION}`;

/** The folder of onnxruntime-node: the one that is set, else beside Orator, else in the data folder; `null` without one. */
export function findOnnxLibrary(config: Pick<Config, 'data' | 'values'>): string | null {
  const { ORATOR_ONNX_RUNTIME: set } = config.values;
  if (set !== undefined) return existsSync(join(set, 'package.json')) ? set : null;
  const added = join(onnxHome(config), 'node_modules', PACKAGE);
  return besideOrator() ?? (existsSync(join(added, 'package.json')) ? added : null);
}

/** @throws {OratorError} `backend/none` with the command that adds it. */
export function requireOnnxLibrary(config: Pick<Config, 'data' | 'values'>): string {
  const folder = findOnnxLibrary(config);
  if (folder !== null) return folder;
  throw noOnnxLibrary(config);
}

/** It is not here: `backend/none` with the command that adds it. */
export const noOnnxLibrary = (config: Pick<Config, 'data'>) =>
  new OratorError('backend/none', `Neural engines need ONNX Runtime, which is not installed. Run: ${onnxCure(config)}`);

function besideOrator(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  } catch {
    return null;
  }
}
