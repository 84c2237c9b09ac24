import { type ErrorCode, OratorError } from '@orator/core/base/errors';
import type { EngineInfo } from '@orator/core/engines/engine';
import { ENGINES, engineOf } from '@orator/core/engines/list';

/** Engines that the design names and this version cannot run yet, with what people call them. */
const PLANNED: Readonly<Record<string, string>> = {
  puppet: 'Puppet',
  rig: 'Rig',
  musetalk: 'MuseTalk',
  ditto: 'Ditto',
  sadtalker: 'SadTalker',
};

/** What may stand in for an engine that cannot run: the built-in engine, a picture that does not move, or nothing. */
export const FALLBACKS = ['portrait', 'still', 'none'] as const;
/** One of them. */
export type Fallback = (typeof FALLBACKS)[number];

/** What people call an engine. */
export const engineName = (id: string): string => engineOf(id)?.name ?? PLANNED[id] ?? id;

/** @throws {OratorError} `engine/unavailable`, or `request/invalid` for a name nobody knows. */
export function requireEngine(asked: string): EngineInfo {
  const engine = engineOf(asked);
  if (engine) return engine;
  const known = ENGINES.map(({ id }) => id).join(' or ');
  if (!Object.hasOwn(PLANNED, asked)) {
    throw new OratorError('request/invalid', `There is no engine "${asked.slice(0, 40)}". Use the engine ${known}.`);
  }
  throw new OratorError(
    'engine/unavailable',
    `The engine "${asked}" is not part of this version. Use the engine ${known}, or the fallback portrait to accept a clip that is marked as one.`,
  );
}

/** What is the engine's trouble, and not that of the sound, the request or the disk. */
const ENGINE_TROUBLE = /^(?:engine|model|backend|runtime|face|source)\//;

/** Whether something may stand in after this went wrong: where the engine could not run, and nobody stopped it. */
export const mayStandIn = (code: ErrorCode, engine: string, fallback: Fallback): fallback is 'portrait' | 'still' =>
  fallback !== 'none' && fallback !== engine && ENGINE_TROUBLE.test(code);
