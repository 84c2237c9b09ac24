/** What a recording says about itself. */
export interface AudioInfo {
  /** Declared length in seconds, where the container states one; estimates from a bit rate are left out. */
  readonly seconds?: number;
  /** Whether that length is the sound's own: no moving pictures share the file, which may last longer. */
  readonly alone: boolean;
  /** ffmpeg's names, e.g. `mp3`. */
  readonly container: string;
  readonly codec: string;
  /** Samples per second of the source. */
  readonly rate: number;
}

/**
 * Reads ffmpeg's first messages. `null` when it has not opened any sound.
 * Tags of the file stand deeper than the lines looked for, so they cannot pretend to be them.
 */
export function parseAudioInfo(head: string): AudioInfo | null {
  const input = /^Input #0, (\S+), from /m.exec(head);
  const stream = /^ {2,4}Stream #0:\d+\S*: Audio: (\w+).*?, (\d+) Hz/m.exec(head);
  if (input === null || stream === null || !/^Output #0/m.test(head)) return null;
  const length = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?),/m.exec(head);
  const guessed = /Estimating duration from bitrate/.test(head);
  return {
    container: input[1]!.replace(/,$/, ''),
    codec: stream[1]!,
    rate: Number(stream[2]),
    alone: ![...head.matchAll(/^ {2,4}Stream #0:\d+\S*: Video: (.*)$/gm)].some(([, said]) => isMoving(said!)),
    ...(length && !guessed ? { seconds: Number(length[1]) * 3600 + Number(length[2]) * 60 + Number(length[3]) } : {}),
  };
}

/** Pictures on a cover are listed as video too; old programs do not say `attached pic`, yet give still pictures no frame rate. */
const isMoving = (said: string) =>
  !said.includes('attached pic') && (!/^(png|mjpeg|bmp|gif)\b/.test(said) || / fps\b/.test(said));
