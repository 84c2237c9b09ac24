import { ENGINES } from '@orator/core/engines/list';
import type { Config } from '../config.ts';
import { lackOf } from '../studio/engine-lack.ts';
import { type Finding, missing, ok } from './finding.ts';

/** Each engine: whether it has all that it needs. */
export const findEngines = (config: Config): Promise<Finding[]> =>
  Promise.all(
    ENGINES.map(async (engine) => {
      const lack = await lackOf(engine, config);
      const what = `Engine ${engine.id}`;
      if (lack === null) return ok(what, engine.title);
      const [found, cure = ''] = lack.message.split(/ (?=Run: )/);
      return missing(what, found!, cure);
    }),
  );
