import type { Field } from '@orator/core/produce/field';
import { type Flag, flagOf } from './arguments.ts';

const WIDTH = 34;

/** The options of a command as lines of help, made from the same tables that read them. */
export function helpLines(fields: readonly Field[], flags: readonly Flag[]): string[] {
  return [...flags.filter((flag) => !flag.hidden).map(flagLine), ...fields.map(fieldLine)];
}

const line = (left: string, right: string) =>
  left.length < WIDTH ? `  ${left.padEnd(WIDTH)}${right}` : `  ${left}\n  ${' '.repeat(WIDTH)}${right}`;

const flagLine = ({ name, short, title, value }: Flag) =>
  line(`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`, title);

function fieldLine(field: Field): string {
  const placeholder = field.type === 'switch' ? '' : ` ${field.choices ? 'NAME' : placeholderOf(field)}`;
  const allowed = field.choices?.join(', ') ?? field.values ?? rangeOf(field);
  const notes = [allowed, field.default === undefined ? '' : `default ${field.default}`].filter(Boolean).join('; ');
  return line(`--${flagOf(field.name)}${placeholder}`, notes ? `${field.title} (${notes})` : field.title);
}

const placeholderOf = (field: Field) => (field.type === 'number' || field.type === 'integer' ? 'N' : 'TEXT');

function rangeOf({ minimum, maximum, unit }: Field): string {
  const range = minimum === undefined ? '' : maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`;
  return unit && range ? `${range} ${unit}` : range;
}
