import { engineOf } from '@orator/core/engines/list';
import type { Config } from '../config.ts';
import { lackOf } from '../studio/engine-lack.ts';

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
