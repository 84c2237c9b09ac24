import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { Config } from './config.ts';
import type { SettingName } from './settings.ts';

/** How the ids of stored things look. */
export const STORED_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A setting that names something which is not there. */
export interface NamedLack {
  readonly name: SettingName;
  /** What is not there, and the cure. */
  readonly why: string;
}

async function isFile(path: string, mode: number): Promise<boolean> {
  await access(path, mode);
  return (await stat(path)).isFile();
}

/** What settings name on this machine: how it is looked for, and what is said where it is not there. */
const NAMED: readonly {
  readonly name: SettingName;
  readonly isThere: (path: string) => Promise<boolean>;
  readonly cure: string;
}[] = [
  {
    name: 'ORATOR_FFMPEG',
    isThere: (path) => isFile(path, constants.X_OK),
    cure: 'There is no such program. Give the path of ffmpeg, or leave the setting out to use the one of PATH or of npm',
  },
  {
    name: 'ORATOR_LIVE_AVATAR',
    isThere: async (path) => STORED_ID.test(path) || isFile(path, constants.R_OK),
    cure: 'There is no such file. Give the path of a picture, or the id of a portrait avatar or an upload',
  },
  {
    name: 'ORATOR_ONNX_RUNTIME',
    isThere: (path) => isFile(join(path, 'package.json'), constants.R_OK),
    cure: 'This is no folder of onnxruntime-node. Give one with its package.json, or leave the setting out; orator doctor says how to add it',
  },
];

/** The settings that name what is not on this machine. */
export async function findNamedLacks({ values }: Config): Promise<readonly NamedLack[]> {
  const looked = await Promise.all(
    NAMED.map(async ({ name, isThere, cure }): Promise<NamedLack | null> => {
      const path = values[name];
      if (typeof path !== 'string' || (await isThere(path).catch(() => false))) return null;
      return { name, why: cure };
    }),
  );
  return looked.filter((lack) => lack !== null);
}

/** @throws {OratorError} `request/invalid` for the first setting that names what is not there */
export async function requireNamedFiles(config: Config): Promise<void> {
  const [lack] = await findNamedLacks(config);
  if (!lack) return;
  const { name, why } = lack;
  throw new OratorError(
    'request/invalid',
    `The setting ${name} (${config.sources.get(name)}) is wrong: "${config.values[name]}". ${why}.`,
  );
}
