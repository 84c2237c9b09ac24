import { loadConfig } from '../../server/src/config.ts';
import { SETTINGS } from '../../server/src/settings.ts';

/** What is wrong with the variables that a process of ours is started with: names nobody reads, values that are refused. */
export function wrongSettings(env: Readonly<Record<string, string>>): readonly string[] {
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('ORATOR_') && !Object.hasOwn(SETTINGS, name))
    .map((name) => `${name} is no setting`);
  try {
    loadConfig(env);
    return unknown;
  } catch (thrown) {
    return [...unknown, (thrown as Error).message];
  }
}
