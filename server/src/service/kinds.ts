import { OratorError } from '@orator/core/base/errors';
import { engineOf } from '@orator/core/engines/list';
import type { Config } from '../config.ts';
import { lackOf } from '../studio/engine-lack.ts';

/** The kinds of jobs that this version can do. */
export const KINDS = ['video.portrait', 'video.wav2lip', 'avatar.wav2lip', 'avatar.portrait'] as const;

/** One of them. */
export type Kind = (typeof KINDS)[number];

/** Whether the settings have this process work on a kind: by its whole name, or by its first word. */
export const isWanted = (kind: string, wanted: readonly string[] | undefined) =>
  !wanted || wanted.some((one) => one === kind || kind.startsWith(`${one}.`));

/** Of some kinds those that this machine can do now: videos of an engine only while it has all that the engine needs. */
export async function ableKinds(kinds: readonly string[], config: Config): Promise<readonly string[]> {
  const lacks = await Promise.all(
    kinds.map(async (kind) => {
      const engine = kind.startsWith('video.') ? engineOf(kind.slice('video.'.length)) : undefined;
      return engine ? lackOf(engine, config) : null;
    }),
  );
  return kinds.filter((_, i) => lacks[i] === null);
}

/** @throws {OratorError} `request/invalid` for kinds that do not exist. */
export function checkWork(wanted: readonly string[] = []): void {
  const wrong = wanted.find((one) => !KINDS.some((kind) => isWanted(kind, [one])));
  if (wrong === undefined) return;
  throw new OratorError(
    'request/invalid',
    `ORATOR_WORK has "${wrong}", which is no kind of job. There are: ${KINDS.join(', ')}.`,
  );
}
