import type { EngineInfo } from './engine.ts';
import { portrait } from './portrait/engine.ts';
import { wav2lip } from './wav2lip/engine.ts';

/** Every engine that this version has: adding one is one folder and one line here. */
export const ENGINES: readonly EngineInfo[] = [portrait, wav2lip];

/** The engine of that name. */
export const engineOf = (id: string): EngineInfo | undefined => ENGINES.find((engine) => engine.id === id);
