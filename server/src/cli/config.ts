import { shownValue } from '../config.ts';
import { SETTINGS, type Setting, type SettingName } from '../settings.ts';
import { readFlags } from './arguments.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator config [--json]

Shows every setting with its value and where it comes from; secrets are masked.
`;

/** `orator config`: every setting with its value and where it comes from; secrets are masked. */
export async function config(argv: readonly string[], { config, out }: Terminal): Promise<number> {
  const { json, help } = readFlags(argv, 'config', { json: { type: 'boolean' } });
  if (help) {
    out.write(USAGE);
    return EXIT.success;
  }
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { title, otherwise } = SETTINGS[name] as Setting;
    return { name, value: shownValue(config, name), source: config.sources.get(name) ?? 'default', title, otherwise };
  });
  if (json) {
    out.write(
      `${JSON.stringify(Object.fromEntries(rows.map(({ name, value, source }) => [name, { value, source }])))}\n`,
    );
    return EXIT.success;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, source, title, otherwise } of rows) {
    const said = value === null ? `(${otherwise ?? 'none'})` : String(Array.isArray(value) ? value.join(',') : value);
    out.write(`${name.padEnd(width)}  ${said}\n${' '.repeat(width)}  ${title}; ${source}\n`);
  }
  return EXIT.success;
}
