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

/** What fields are read from of the JSON form of a schema. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly values?: string;
}

/** What a person can fill in of an object, read from the JSON form of its schema. */
export const fieldsOfJson = ({ properties = {} }: JsonSchema): readonly Field[] =>
  Object.entries(properties).map(([name, property]) => fieldOf(name, property));

function fieldOf(name: string, property: JsonSchema): Field {
  return {
    name,
    title: property.title ?? property.description ?? name,
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
