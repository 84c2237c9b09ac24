import type { Content, OpenApi, Operation, Parameter, Schema } from './openapi.ts';
import { docOf, namesOf, type SchemaNames, sentence, typeOf, typeSource } from './schema-source.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/;
const EVENTS_TYPE = 'text/event-stream';
const FORM_TYPE = 'multipart/form-data';
/** Headers that follow from the key, the body and the answer; OpenAPI says to pass over the first three. */
const OWN_HEADERS = ['accept', 'authorization', 'content-type', 'content-length'];
/** Statuses of answers that never have a body. */
const NO_CONTENT = ['204', '205'];
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const NOTE = '// Made by `npm run client` from the OpenAPI document of the service.\n\n';

/** The modules of the client that are made from the document, by their file names; not yet formatted. */
export interface ClientSource {
  readonly 'schemas.ts': string;
  readonly 'api.ts': string;
}

/** An operation and where it is found. */
interface Route {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Something that a method takes: how it is declared, and what of it goes into the call. */
interface Argument {
  readonly declared: string;
  readonly sent: readonly string[];
}

/** What a method gives: its type, and the way of the transport that reads it. */
interface Answer {
  readonly type: string;
  readonly reader: 'json' | 'events' | 'response';
}

/** What an answer holds; its media type is empty and its schema absent where there is no body. */
type Body = readonly [mediaType: string, schema: Schema | undefined];

/** Writes a client: a type for each schema that is met, a method for each operation. @throws {Error} naming every operation without a name. */
export function clientSource(document: OpenApi): ClientSource {
  const routes = routesOf(document);
  const names = namesOf(document.paths, document);
  const types = new Types(names);
  for (const [component, name] of names) types.add(name, document.components.schemas[component]!, `A ${name}.`);
  const methods = routes.map((route) => methodSource(route, types));
  const imported = types.names().filter((name) => methods.some(({ code }) => mentions(code, name)));
  const takesBytes = methods.some(({ code }) => mentions(code, 'Binary'));
  return {
    'schemas.ts': NOTE + types.source(),
    'api.ts': `${NOTE}import type { ${imported.join(', ')} } from './schemas.ts';
import { ${takesBytes ? 'type Binary, ' : ''}type CallOptions, segment, type Transport } from './transport.ts';

/** Every operation of the service, one method each. They reject with a \`ServiceError\`. */
export class Api {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

${methods.map(({ doc, code }) => doc + code).join('\n')}}
`,
  };
}

function routesOf({ paths }: OpenApi): Route[] {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      return operation ? [{ id: operation.operationId ?? '', method, path, operation }] : [];
    }),
  );
  const nameless = routes.filter(({ id }) => !/^[a-z]\w*$/.test(id)).map(({ method, path }) => `${method} ${path}`);
  if (nameless.length > 0) {
    throw new Error(`Give these routes an operationId, it becomes the name of a method: ${nameless.join(', ')}.`);
  }
  const twice = routes.filter(({ id }, i) => routes.findIndex((other) => other.id === id) !== i);
  if (twice.length > 0) throw new Error(`Two routes have the operationId ${twice[0]!.id}.`);
  return routes.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The types that were named so far. */
class Types {
  readonly components: SchemaNames;
  readonly #sources = new Map<string, string>();

  constructor(components: SchemaNames) {
    this.components = components;
  }

  add(name: string, schema: Schema, said: string): void {
    if (this.#sources.has(name)) throw new Error(`Two types would be called ${name}.`);
    this.#sources.set(name, typeSource(name, schema, this.components, said));
  }

  /** The type of a schema; an object that has no name of its own is called `name`. */
  of(schema: Schema, name: string, said: string): string {
    if (!schema.properties) return typeOf(schema, this.components);
    this.add(name, schema, said);
    return name;
  }

  names(): string[] {
    return [...this.#sources.keys()].sort();
  }

  source(): string {
    return this.names()
      .map((name) => this.#sources.get(name)!)
      .join('\n');
  }
}

/** Whether some code names a type. */
const mentions = (code: string, name: string) => new RegExp(`\\b${name}\\b`).test(code);

function methodSource(route: Route, types: Types): { readonly doc: string; readonly code: string } {
  const { id, method, path, operation } = route;
  const { type, reader } = answerOf(route, types);
  const segments = parametersOf(operation, 'path');
  const inPath = new Set([...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name));
  if (segments.length !== inPath.size) throw new Error(`The path ${path} and its parameters differ.`);
  const args = [...segments.map(segmentArgument), ...bodyArgument(route, types), ...queryArgument(route, types)];
  const headers = parametersOf(operation, 'header').filter(({ name }) => !OWN_HEADERS.includes(name));
  const options = optionsArgument(headers);
  const sent = [
    `method: '${method.toUpperCase()}'`,
    `path: ${pathSource(path)}`,
    ...[...args, options].flatMap((argument) => argument.sent),
    ...alsoAnswers(operation),
  ];
  const declared = [...args, options].map((argument) => argument.declared).join(', ');
  const code = `${id}(${declared}): ${reader === 'events' ? `AsyncGenerator<${type}, void>` : `Promise<${type}>`} {
  return this.transport.${reader}({ ${sent.join(', ')} }, options);
}
`;
  return { doc: docOf(sentencesOf(operation)), code };
}

const sentencesOf = ({ summary = '', description = '' }: Operation) =>
  [summary, description].filter(Boolean).map(sentence).join(' ');

const parametersOf = ({ parameters = [] }: Operation, place: string): Parameter[] =>
  parameters.filter((parameter) => parameter.in === place);

const segmentArgument = ({ name }: Parameter): Argument => ({ declared: `${camelCase(name)}: string`, sent: [] });

/** A template that puts each parameter into its place. */
const pathSource = (path: string) =>
  path.includes('{')
    ? `\`${path.replace(/\{([^}]+)\}/g, (_, name: string) => `\${segment(${camelCase(name)})}`)}\``
    : `'${path}'`;

function bodyArgument({ id, operation: { requestBody } }: Route, types: Types): Argument[] {
  if (!requestBody) return [];
  const [[mediaType, { schema = {} }] = ['', {}]] = Object.entries(requestBody.content);
  if (!JSON_TYPE.test(mediaType) && mediaType !== FORM_TYPE) {
    const mark = requestBody.required === false ? '?' : '';
    return [{ declared: `body${mark}: Binary`, sent: ['bytes: body', `type: '${mediaType}'`] }];
  }
  const type = types.of(schema, `${pascalCase(id)}Body`, `What \`${id}\` is sent.`);
  const preset = schema.properties && !schema.required?.length ? ' = {}' : '';
  return [{ declared: `body: ${type}${preset}`, sent: [mediaType === FORM_TYPE ? 'form: body' : 'json: body'] }];
}

function queryArgument({ id, operation }: Route, types: Types): Argument[] {
  const query = parametersOf(operation, 'query');
  if (query.length === 0) return [];
  const name = `${pascalCase(id)}Query`;
  types.add(
    name,
    {
      type: 'object',
      properties: Object.fromEntries(
        query.map(({ name: field, description, schema }) => [field, { description, ...schema }]),
      ),
      required: query.filter(({ required }) => required).map(({ name: field }) => field),
    },
    `What \`${id}\` can be asked for.`,
  );
  const canBeEmpty = query.every(({ required }) => !required);
  return [{ declared: `query: ${name}${canBeEmpty ? ' = {}' : ''}`, sent: ['query'] }];
}

/** What every call takes, and the headers of this one by names without dashes. */
function optionsArgument(headers: readonly Parameter[]): Argument {
  if (headers.length === 0) return { declared: 'options: CallOptions = {}', sent: [] };
  const names = headers.map(({ name }) => camelCase(name));
  const fields = headers.map(
    ({ required, description = '' }, i) => `${docOf(description)}readonly ${names[i]}${required ? '' : '?'}: string`,
  );
  const preset = headers.some(({ required }) => required) ? '' : ' = {}';
  return {
    declared: `{ ${names.join(', ')}, ...options }: CallOptions & { ${fields.join('; ')} }${preset}`,
    sent: [
      `headers: { ${headers.map(({ name }, i) => (name === names[i] ? name : `'${name}': ${names[i]}`)).join(', ')} }`,
    ],
  };
}

/** The type of what an operation answers when it succeeds; several answers make a union. */
function answerOf({ id, method, operation }: Route, types: Types): Answer {
  const bodies = successesOf(operation);
  if (method === 'head') return { type: 'Response', reader: 'response' };
  const kinds = new Set(bodies.map(([mediaType]) => (JSON_TYPE.test(mediaType) || !mediaType ? 'json' : mediaType)));
  if (kinds.size === 1 && kinds.has('json')) {
    const distinct = [...new Map(bodies.map(([, schema]) => [JSON.stringify(schema), schema])).values()];
    const called = (i: number) => `${pascalCase(id)}Answer${distinct.length > 1 ? i + 1 : ''}`;
    const all = distinct.map((schema, i) =>
      schema ? types.of(schema, called(i), `What \`${id}\` answers.`) : 'undefined',
    );
    return { type: [...new Set(all)].join(' | ').replace(/^undefined$/, 'void'), reader: 'json' };
  }
  if (kinds.size === 1 && kinds.has(EVENTS_TYPE)) {
    return { type: types.of(bodies[0]![1] ?? {}, `${pascalCase(id)}Event`, `What \`${id}\` tells.`), reader: 'events' };
  }
  return { type: 'Response', reader: 'response' };
}

/** What each answer that means success holds; of what the document does not tell, anything. */
function successesOf({ responses }: Operation): Body[] {
  return Object.entries(responses)
    .filter(([status]) => /^2/.test(status))
    .flatMap(([status, { content = {} }]): Body[] => {
      if (NO_CONTENT.includes(status)) return [['', undefined]];
      const kinds = Object.entries(content).map(([mediaType, { schema = {} }]): Body => [mediaType, schema]);
      return kinds.length > 0 ? kinds : [['*/*', {}]];
    });
}

/** Statuses of failure that answer in the shape of success: they are answers, not errors. */
function alsoAnswers(operation: Operation): string[] {
  const successes = successesOf(operation).map(([, schema]) => JSON.stringify(schema ?? null));
  const also = Object.entries(operation.responses)
    .filter(([status, { content }]) => /^[45]\d\d$/.test(status) && successes.includes(JSON.stringify(jsonIn(content))))
    .map(([status]) => status);
  return also.length > 0 ? [`answers: [${also.join(', ')}]`] : [];
}

const jsonIn = (content: Content = {}) =>
  Object.entries(content).find(([mediaType]) => JSON_TYPE.test(mediaType))?.[1].schema;

const camelCase = (name: string) =>
  name.replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string = '') => letter.toUpperCase());
const pascalCase = (name: string) => name[0]!.toUpperCase() + name.slice(1);
