import type { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import type { Screen } from './progress.ts';

/** What a command may touch: its settings, its streams and a clock in seconds. */
export interface Terminal {
  readonly config: Config;
  readonly in: Readable;
  readonly out: Screen;
  readonly err: Screen;
  readonly clock: () => number;
}

/** Exit codes of every command. Nothing else uses 2. */
export const EXIT = { success: 0, failed: 1, fallback: 2 } as const;
