import { shownValue } from '../config.ts';
import { findNamedLacks } from '../named-files.ts';
import { SETTINGS, type Setting, type SettingName } from '../settings.ts';
import { readFlags } from './arguments.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator config [--json]

Shows every setting with its value and where it comes from; secrets are masked. Ends with 1 where one names what is not there.
`;

/** `orator config`: every setting with its value and where it comes from; secrets are masked. */
export async function config(argv: readonly string[], { config, out }: Terminal): Promise<number> {
  const { json, help } = readFlags(argv, 'config', { json: { type: 'boolean' } });
  if (help) {
    out.write(USAGE);
    return EXIT.success;
  }
  const lacks = new Map((await findNamedLacks(config)).map(({ name, why }) => [name, why]));
  const end = lacks.size > 0 ? EXIT.failed : EXIT.success;
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { title, otherwise } = SETTINGS[name] as Setting;
    const source = config.sources.get(name) ?? 'default';
    return { name, value: shownValue(config, name), source, title, otherwise, wrong: lacks.get(name) };
  });
  if (json) {
    out.write(
      `${JSON.stringify(Object.fromEntries(rows.map(({ name, value, source, wrong }) => [name, { value, source, wrong }])))}\n`,
    );
    return end;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, source, title, otherwise, wrong } of rows) {
    const said = value === null ? `(${otherwise ?? 'none'})` : String(Array.isArray(value) ? value.join(',') : value);
    out.write(`${name.padEnd(width)}  ${said}\n${' '.repeat(width)}  ${title}; ${source}\n`);
    if (wrong) out.write(`${' '.repeat(width)}  WRONG: ${wrong}.\n`);
  }
  return end;
}
