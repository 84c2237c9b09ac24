import type { OpenApi, Schema } from './openapi.ts';

const COMPONENT = '#/components/schemas/';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** What stands for "any whole number" in a schema and is not worth telling. */
const MOST = Number.MAX_SAFE_INTEGER;

/** The names that TypeScript knows the component schemas by. */
export type SchemaNames = ReadonlyMap<string, string>;

/**
 * Names the component schemas that `roots` lead to. The document holds each schema as it is sent (`VideoRequestInput`) and as it is
 * answered; where only the first is met, it gets the plain name.
 */
export function namesOf(roots: unknown, { components }: OpenApi): SchemaNames {
  const met = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (key !== '$ref' || typeof part !== 'string') visit(part);
      else if (!met.has(componentOf(part))) {
        met.add(componentOf(part));
        visit(components.schemas[componentOf(part)]);
      }
    }
  };
  visit(roots);
  return new Map(
    [...met].sort().map((name) => {
      const plain = name.replace(/(?<=.)Input$/, '');
      return [name, met.has(plain) ? name : plain];
    }),
  );
}

/** Writes a documented, exported type. */
export function typeSource(name: string, schema: Schema, names: SchemaNames, said: string): string {
  const body = typeOf(schema, names);
  const doc = docOf(sentence(schema.description ?? said));
  const isPlain = schema.properties && body === objectOf(schema, names) && body.endsWith('}');
  return isPlain ? `${doc}export interface ${name} ${body}\n` : `${doc}export type ${name} = ${body};\n`;
}

/** The TypeScript type of what a schema allows. @throws {Error} for what cannot be said in a type. */
export function typeOf(schema: Schema | boolean, names: SchemaNames): string {
  if (typeof schema === 'boolean') return schema ? 'unknown' : 'never';
  if (schema.$ref !== undefined) {
    const name = names.get(componentOf(schema.$ref));
    if (!name) throw new Error(`There is no schema ${schema.$ref}.`);
    return name;
  }
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return union(schema.enum.map(literal));
  const parts = [
    ...(schema.type === undefined && !schema.properties ? [] : [union(typesOf(schema, names))]),
    ...[schema.anyOf, schema.oneOf].flatMap((options) =>
      options ? [union(options.map((option) => typeOf(option, names)))] : [],
    ),
    ...(schema.allOf ?? []).map((part) => typeOf(part, names)),
  ];
  return parts.length > 1 ? parts.map(grouped).join(' & ') : (parts[0] ?? 'unknown');
}

const typesOf = (schema: Schema, names: SchemaNames) =>
  [schema.type ?? 'object'].flat().map((type) => {
    switch (type) {
      case 'string':
        return schema.format === 'binary' ? 'Blob' : 'string';
      case 'number':
      case 'integer':
        return 'number';
      case 'boolean':
      case 'null':
        return type;
      case 'array':
        return arrayOf(schema, names);
      case 'object':
        return objectOf(schema, names);
      default:
        throw new Error(`No type is known for the schema type "${type}".`);
    }
  });

function arrayOf({ prefixItems, items = {} }: Schema, names: SchemaNames): string {
  if (prefixItems) return `readonly [${prefixItems.map((item) => typeOf(item, names)).join(', ')}]`;
  return `readonly ${grouped(typeOf(items, names))}[]`;
}

function objectOf({ properties, required = [], additionalProperties }: Schema, names: SchemaNames): string {
  const more = additionalProperties ?? !properties;
  const record = more && `Readonly<Record<string, ${typeOf(more, names)}>>`;
  if (!properties) return record || 'Readonly<Record<string, never>>';
  const fields = Object.entries(properties).map(([name, field]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${docOf(factsOf(field))}readonly ${IDENTIFIER.test(name) ? name : literal(name)}${mark}: ${typeOf(field, names)};\n`;
  });
  const own = `{\n${fields.join('')}}`;
  return record ? `${own} & ${record}` : own;
}

/** What a field is for, its range, and what is meant where it is left out. */
function factsOf({ description, title, minimum = -MOST, maximum = MOST, default: otherwise }: Schema): string {
  const range =
    minimum > -MOST && maximum < MOST
      ? `${minimum} to ${maximum}`
      : minimum > -MOST
        ? `at least ${minimum}`
        : maximum < MOST
          ? `at most ${maximum}`
          : '';
  const preset = otherwise === undefined ? '' : `${JSON.stringify(otherwise)} by default`;
  return [description ?? title ?? '', [range, preset].filter(Boolean).join(', ')].filter(Boolean).join('; ');
}

/** A doc comment, or nothing where there is nothing to say. */
export const docOf = (text: string): string => (text ? `/** ${text.replaceAll('*/', '*∕')} */\n` : '');

/** Ends a text as a sentence does. */
export const sentence = (text: string): string => text.replace(/\.?$/, '.');

/** A value as a type of its own. */
const literal = (value: unknown) => JSON.stringify(value);

const union = (types: readonly string[]) => [...new Set(types)].join(' | ');

/** Keeps together what an operator beside it would tear apart. */
const grouped = (type: string) => (/ [|&] |^readonly /.test(type) ? `(${type})` : type);

/** Where a reference leads. @throws {Error} when that is not a component schema. */
function componentOf(reference: string): string {
  if (!reference.startsWith(COMPONENT)) throw new Error(`The reference ${reference} leads to no component schema.`);
  return reference.slice(COMPONENT.length);
}
