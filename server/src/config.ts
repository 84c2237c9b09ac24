import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { OratorError } from '@orator/core/base/errors';
import { SETTINGS, type Setting, type SettingName, type Values } from './settings.ts';

/** What this machine was told: read once, at the edge, and handed down. Paths are absolute. */
export interface Config {
  /** The data folder: prepared portraits, jobs and clips of the service. */
  readonly data: string;
  /** Where downloaded weights lie. */
  readonly models: string;
  /** The ffmpeg program to use instead of the one on PATH or the one npm brings. */
  readonly ffmpeg?: string;
  /** Folders that programs are looked for in, from PATH. */
  readonly path: string;
  /** Every setting by its name. */
  readonly values: Values;
  /** Where each setting that was made comes from. */
  readonly sources: ReadonlyMap<SettingName, string>;
}

/** A setting as it may be shown: secrets are masked; null where nothing is meant. */
export function shownValue({ values }: Config, name: SettingName): Values[SettingName] | null {
  if (values[name] === undefined) return null;
  return (SETTINGS[name] as Setting).secret ? '••••' : values[name];
}

/** Where settings are looked for, first one first. */
interface Source {
  readonly name: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the settings: from the environment, then from `.env` in the working folder, then from `settings.env` in the data folder.
 * @throws {OratorError} `request/invalid`, naming the setting that is wrong, where it stands and what is allowed.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, workingFolder?: string): Config {
  const sources: Source[] = [{ name: 'environment', values: env }];
  if (workingFolder) addFile(sources, join(workingFolder, '.env'));
  const data = resolve(String(look(sources, 'ORATOR_DATA')?.value ?? join(homedir(), '.orator')));
  if (workingFolder) addFile(sources, join(data, 'settings.env'));
  const values: Record<string, unknown> = {};
  const found = new Map<SettingName, string>();
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const said = look(sources, name);
    values[name] = parse(name, said);
    if (said) found.set(name, said.from);
  }
  const { ORATOR_MODELS: models, ORATOR_FFMPEG: ffmpeg } = values as Values;
  return Object.freeze({
    data,
    models: resolve(models ?? join(data, 'models')),
    ffmpeg,
    path: env.PATH ?? '',
    values: values as Values,
    sources: found,
  });
}

function addFile(sources: Source[], path: string): void {
  if (existsSync(path)) sources.push({ name: path, values: parseEnv(readFileSync(path, 'utf8')) });
}

/** What was said about a setting, and where. */
interface Said {
  readonly value: string;
  readonly from: string;
}

/** Its own name anywhere goes before an older name anywhere. Nothing written counts as nothing said. */
function look(sources: readonly Source[], name: SettingName): Said | undefined {
  const { aliases = [] } = SETTINGS[name] as Setting;
  for (const word of [name, ...aliases]) {
    for (const source of sources) {
      const value = source.values[word];
      if (value) return { value, from: word === name ? source.name : `${word} in ${source.name}` };
    }
  }
  return undefined;
}

function parse(name: SettingName, said: Said | undefined): unknown {
  const { schema, secret } = SETTINGS[name] as Setting;
  if (!said) {
    const otherwise = schema.safeParse(undefined);
    return otherwise.success ? otherwise.data : undefined;
  }
  const parsed = schema.safeParse(said.value);
  if (parsed.success) return parsed.data;
  const shown = secret ? 'its value' : `"${said.value.slice(0, 60)}"`;
  throw new OratorError(
    'request/invalid',
    `The setting ${name} (${said.from}) is wrong: ${parsed.error.issues[0]!.message}, not ${shown}.`,
  );
}
