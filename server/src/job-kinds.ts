/** The kinds of jobs that this version can do. */
export const KINDS = ['video.portrait', 'video.wav2lip', 'avatar.wav2lip', 'avatar.portrait'] as const;

/** One of them. */
export type Kind = (typeof KINDS)[number];

/** Whether the settings have this process work on a kind: by its whole name, or by its first word. */
export const isWanted = (kind: string, wanted: readonly string[] | undefined) =>
  !wanted || wanted.some((one) => one === kind || kind.startsWith(`${one}.`));
