import type { Receipt } from '@orator/core/produce/receipt';
import { engineName } from './engines.ts';

/** What logs say once a clip is there, word for word as callers of the old program look for it. */
export function outcomeLines(clip: string, { outcome, engine, requested }: Receipt): string[] {
  if (outcome === 'success') return [`✅ ACTUAL ${engineName(engine).toUpperCase()} SUCCESS: ${clip}`];
  return [
    ...(engine === 'still' ? ['⚠️ USING EMERGENCY FALLBACK'] : []),
    `⚠️ FALLBACK VIDEO USED - ${engineName(requested ?? engine)} inference failed`,
    '⚠️ This is NOT a successful talking head generation',
  ];
}
