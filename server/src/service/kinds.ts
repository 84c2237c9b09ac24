import { OratorError } from '@orator/core/base/errors';

/** The kinds of jobs that this version can do. */
export const KINDS = ['video.portrait', 'avatar.wav2lip', 'avatar.portrait'] as const;

/** One of them. */
export type Kind = (typeof KINDS)[number];

/** Whether the settings have this process work on a kind: by its whole name, or by its first word. */
export const isWanted = (kind: string, wanted: readonly string[] | undefined) =>
  !wanted || wanted.some((one) => one === kind || kind.startsWith(`${one}.`));

/** @throws {OratorError} `request/invalid` for kinds that do not exist. */
export function checkWork(wanted: readonly string[] = []): void {
  const wrong = wanted.find((one) => !KINDS.some((kind) => isWanted(kind, [one])));
  if (wrong === undefined) return;
  throw new OratorError(
    'request/invalid',
    `ORATOR_WORK has "${wrong}", which is no kind of job. There are: ${KINDS.join(', ')}.`,
  );
}
