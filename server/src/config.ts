import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';

const environment = z.object({
  ORATOR_DATA: z.string().min(1).optional(),
  ORATOR_MODELS: z.string().min(1).optional(),
  ORATOR_FFMPEG: z.string().min(1).optional(),
});

/** What this machine was told: read once, at the edge, and handed down. Paths are absolute. */
export interface Config {
  /** The data folder: caches now, jobs and clips of the service later. */
  readonly data: string;
  /** Where downloaded weights lie. */
  readonly models: string;
  /** The ffmpeg program to use instead of the one on PATH or the one npm brings. */
  readonly ffmpeg?: string;
  /** Folders that programs are looked for in, from PATH. */
  readonly path: string;
}

/**
 * Reads the settings that everything shares.
 * @throws {OratorError} `request/invalid`, naming the setting that is wrong.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new OratorError('request/invalid', `The setting ${issue.path.join('.')} is wrong: ${issue.message}.`);
  }
  const data = resolve(parsed.data.ORATOR_DATA ?? join(homedir(), '.orator'));
  return Object.freeze({
    data,
    models: resolve(parsed.data.ORATOR_MODELS ?? join(data, 'models')),
    ffmpeg: parsed.data.ORATOR_FFMPEG,
    path: env.PATH ?? '',
  });
}
