import { OratorError } from '@orator/core/base/errors';

/** Engines that the design names and this version cannot run yet. */
const PLANNED = ['puppet', 'rig', 'wav2lip', 'musetalk', 'ditto', 'sadtalker'];

/** Which engine works, and why when it is not the one that was asked for. */
export interface EngineChoice {
  readonly engine: 'portrait';
  readonly outcome: 'success' | 'fallback';
  readonly reason?: string;
}

/**
 * Picks the engine for a request. It never quietly becomes another: only `fallback` lets it, and then the outcome says so.
 * @throws {OratorError} `engine/unavailable`, or `request/invalid` for a name nobody knows.
 */
export function chooseEngine(asked: string, fallback: 'portrait' | 'none'): EngineChoice {
  if (asked === 'portrait') return { engine: 'portrait', outcome: 'success' };
  if (!PLANNED.includes(asked)) {
    throw new OratorError('request/invalid', `There is no engine "${asked.slice(0, 40)}". Use --engine portrait.`);
  }
  const reason = `The engine "${asked}" is not part of this version.`;
  if (fallback === 'portrait') return { engine: 'portrait', outcome: 'fallback', reason };
  throw new OratorError(
    'engine/unavailable',
    `${reason} Use --engine portrait, or add --fallback portrait to accept a clip that is marked as a fallback.`,
  );
}
