import { z } from 'zod';

/** One option of a request, as a flag or a form input needs it. */
export interface Field {
  readonly name: string;
  readonly title: string;
  readonly type: 'text' | 'number' | 'integer' | 'switch' | 'choice';
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly unit?: string;
  /** Allowed values in words, where no list of choices says it. */
  readonly values?: string;
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly title?: string;
  readonly unit?: string;
  readonly values?: string;
}

/** What a person can fill in, read from the schema's JSON form: the command line makes flags of it, a page makes inputs. */
export const fieldsOf = (schema: z.ZodObject): readonly Field[] =>
  Object.entries(z.toJSONSchema(schema, { io: 'input' }).properties ?? {}).map(([name, property]) =>
    fieldOf(name, property as JsonSchema),
  );

function fieldOf(name: string, property: JsonSchema): Field {
  return {
    name,
    title: property.title ?? name,
    type: typeOf(property),
    choices: property.enum,
    minimum: property.minimum,
    maximum: property.maximum,
    default: property.default,
    unit: property.unit,
    values: property.values,
  };
}

function typeOf(property: JsonSchema): Field['type'] {
  if (property.enum) return 'choice';
  if (property.type === 'boolean') return 'switch';
  if (property.type === 'integer' || property.type === 'number') return property.type;
  return 'text';
}
