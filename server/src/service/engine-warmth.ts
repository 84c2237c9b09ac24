import type { Logger } from 'pino';
import type { ClipPool } from '../jobs/clip-pool.ts';
import { pause } from '../runpod/pause.ts';

/** What is missing from an installation is seldom there soon. */
const AGAIN_MS = 10_000;

/** Whether the engine was loaded once in a work process: then the first clip waits for nothing. */
export class EngineWarmth {
  readonly #clips: Pick<ClipPool, 'loadEngine'>;
  readonly #log: Pick<Logger, 'warn'>;
  #isWarm: boolean;

  /** `isNeeded`: whether this process makes clips; where it makes none, nothing has to be warm. */
  constructor(clips: Pick<ClipPool, 'loadEngine'>, isNeeded: boolean, log: Pick<Logger, 'warn'>) {
    this.#clips = clips;
    this.#log = log;
    this.#isWarm = !isNeeded;
  }

  get isWarm(): boolean {
    return this.#isWarm;
  }

  /** Loads it, again and again until that works. Never throws. */
  async warm(signal: AbortSignal): Promise<void> {
    while (!this.#isWarm && !signal.aborted) {
      try {
        await this.#clips.loadEngine(signal);
        this.#isWarm = true;
      } catch (err) {
        if (signal.aborted) return;
        this.#log.warn({ err }, 'the engine cannot be loaded');
        await pause(AGAIN_MS, signal);
      }
    }
  }
}
