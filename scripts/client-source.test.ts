import { describe, expect, test } from 'vitest';
import { clientSource } from './client-source.ts';
import type { OpenApi, Operation, Schema } from './openapi.ts';
import { typeOf } from './schema-source.ts';

const NAMES = new Map([['Cat', 'Cat']]);
const CAT: Schema = { $ref: '#/components/schemas/Cat' };
const OK = { 204: {} };

/** Code without the line breaks and spaces that only format it. */
const plain = (code: string) => code.replace(/\s+/g, ' ');

describe('the type of a schema', () => {
  test.each<[string, Schema, string]>([
    ['anything', {}, 'unknown'],
    ['a reference', CAT, 'Cat'],
    ['a number, whole or not', { type: ['integer', 'number'] }, 'number'],
    ['what may be null', { type: ['string', 'null'] }, 'string | null'],
    ['one value', { type: 'string', const: 'a"b' }, '"a\\"b"'],
    ['one of several values', { enum: ['a', 2, null] }, '"a" | 2 | null'],
    ['a list', { type: 'array', items: CAT }, 'readonly Cat[]'],
    ['a list of this or that', { type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    ['a list of lists', { type: 'array', items: { type: 'array' } }, 'readonly (readonly unknown[])[]'],
    ['a pair', { type: 'array', prefixItems: [CAT, { type: 'boolean' }] }, 'readonly [Cat, boolean]'],
    ['this or that, once each', { anyOf: [CAT, { type: 'null' }, CAT] }, 'Cat | null'],
    ['this or that and more', { oneOf: [CAT, { type: 'null' }], allOf: [CAT] }, '(Cat | null) & Cat'],
    [
      'fields',
      { type: 'object', properties: { a: {}, 'b-c': CAT }, required: ['a'] },
      '{ readonly a: unknown; readonly "b-c"?: Cat; }',
    ],
    [
      'fields and any others',
      { properties: { a: CAT }, additionalProperties: true },
      '{ readonly a?: Cat; } & Readonly<Record<string, unknown>>',
    ],
    ['a table', { type: 'object', additionalProperties: { type: 'number' } }, 'Readonly<Record<string, number>>'],
    ['an open object', { type: 'object' }, 'Readonly<Record<string, unknown>>'],
    ['an empty object', { type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
    ['bytes', { type: 'string', format: 'binary' }, 'Blob'],
    [
      'what is said of a field',
      {
        type: 'object',
        properties: { fps: { title: 'Speed */', type: 'integer', minimum: 1, maximum: 9, default: 5 } },
      },
      '{ /** Speed *∕; 1 to 9, 5 by default */ readonly fps?: number; }',
    ],
  ])('%s', (_, schema, type) => {
    expect(plain(typeOf(schema, NAMES))).toBe(type);
  });

  test('that nobody knows is refused', () => {
    expect(() => typeOf({ type: 'date' }, NAMES)).toThrow('"date"');
    expect(() => typeOf({ $ref: '#/components/schemas/Dog' }, NAMES)).toThrow('Dog');
    expect(() => typeOf({ $ref: 'elsewhere.json' }, NAMES)).toThrow('elsewhere.json');
  });
});

/** A document with one route, and two schemas that are both sent and answered. */
const documentOf = (path: string, method: string, operation: Partial<Operation>): OpenApi => ({
  paths: { [path]: { [method]: { operationId: 'ask', responses: OK, ...operation } } },
  components: {
    schemas: {
      CatInput: { type: 'object', properties: { name: { type: 'string' } } },
      Cat: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], description: 'A cat' },
      Dog: { type: 'object', properties: {} },
    },
  },
});
const json = (schema: Schema) => ({ content: { 'application/json': { schema } } });
const CAT_INPUT: Schema = { $ref: '#/components/schemas/CatInput' };
const methodOf = (path: string, method: string, operation: Partial<Operation>) =>
  plain(clientSource(documentOf(path, method, operation))['api.ts']);

describe('the method of an operation', () => {
  test('takes what is in the path, the body, the query and the headers, in this order', () => {
    const code = methodOf('/a/{cat-id}/b', 'post', {
      summary: 'Ask',
      description: 'It is free',
      parameters: [
        { in: 'header', name: 'content-type', required: true, schema: { type: 'string' } },
        { in: 'header', name: 'x-colour', schema: { type: 'string' } },
        { in: 'query', name: 'at', required: true, schema: { type: 'integer' } },
        { in: 'path', name: 'cat-id', required: true, schema: { type: 'string' } },
      ],
      requestBody: json(CAT_INPUT),
      responses: { 200: json(CAT) },
    });
    expect(code).toContain(
      '/** Ask. It is free. */ ask(catId: string, body: CatInput, query: AskQuery, { xColour, ...options }: CallOptions & { readonly xColour?: string } = {}): Promise<Cat> {',
    );
    expect(code).toContain(
      `this.transport.json({ method: 'POST', path: \`/a/\${segment(catId)}/b\`, json: body, query, headers: { 'x-colour': xColour } }, options)`,
    );
  });

  test.each<[string, Partial<Operation>, string]>([
    ['nothing', { responses: { 204: {} } }, 'Promise<void> { return this.transport.json('],
    ['what nobody tells', { responses: { 200: {} } }, 'Promise<Response> { return this.transport.response('],
    ['success that nobody tells', { responses: { '4XX': json(CAT) } }, 'Promise<Response>'],
    ['JSON or nothing', { responses: { 200: json(CAT), 204: {} } }, 'Promise<Cat | undefined>'],
    ['two shapes', { responses: { 200: json(CAT), 202: json({ type: 'string' }) } }, 'Promise<Cat | string>'],
    ['one shape twice', { responses: { 200: json(CAT), 202: json(CAT) } }, 'Promise<Cat>'],
    ['a shape without a name', { responses: { 200: json({ properties: { a: {} } }) } }, 'Promise<AskAnswer>'],
    [
      'events',
      { responses: { 200: { content: { 'text/event-stream': { schema: CAT } } } } },
      'AsyncGenerator<Cat, void> { return this.transport.events(',
    ],
    [
      'bytes',
      { responses: { 200: { content: { 'video/mp4': {} } } } },
      'Promise<Response> { return this.transport.response(',
    ],
    [
      'the shape of success with a failure',
      { responses: { 200: json(CAT), 503: json(CAT), 404: json({}), 500: {} } },
      'answers: [503]',
    ],
  ])('gives %s', (_, operation, part) => {
    expect(methodOf('/a', 'get', operation)).toContain(part);
  });

  test.each<[string, Operation['requestBody'], string]>([
    [
      'a form',
      {
        content: {
          'multipart/form-data': {
            schema: { properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] },
          },
        },
      },
      "ask(body: AskBody, options: CallOptions = {}): Promise<void> { return this.transport.json({ method: 'POST', path: '/a', form: body }",
    ],
    [
      'bytes',
      { required: true, content: { 'application/octet-stream': {} } },
      "ask(body: Binary, options: CallOptions = {}): Promise<void> { return this.transport.json({ method: 'POST', path: '/a', bytes: body, type: 'application/octet-stream' }",
    ],
    ['what may be empty', json({ properties: { a: {} } }), 'ask(body: AskBody = {}, '],
  ])('sends %s', (_, requestBody, part) => {
    expect(methodOf('/a', 'post', { ...(requestBody && { requestBody }) })).toContain(part);
  });
});

describe('the types of a client', () => {
  test('are those that are met, by plain names where only what is sent is met', () => {
    const sent = clientSource(documentOf('/a', 'post', { requestBody: json(CAT_INPUT) }))['schemas.ts'];
    expect(plain(sent)).toContain('/** A Cat. */ export interface Cat { readonly name?: string; }');
    const both = clientSource(
      documentOf('/a', 'post', { requestBody: json(CAT_INPUT), responses: { 200: json(CAT) } }),
    );
    expect(plain(both['schemas.ts'])).toContain('/** A cat. */ export interface Cat { readonly name: string; }');
    expect(both['schemas.ts']).toContain('export interface CatInput {');
    expect(both['schemas.ts']).not.toContain('Dog');
  });

  test('have one owner for each name, as methods have', () => {
    expect(() => clientSource(documentOf('/a', 'get', { operationId: '' }))).toThrow('get /a');
    const { paths, components } = documentOf('/a', 'get', {});
    expect(() => clientSource({ paths: { ...paths, '/b': paths['/a']! }, components })).toThrow('operationId ask');
    const answer = { AskAnswer: { type: 'object' } };
    const met = { responses: { 200: json({ properties: { a: { $ref: '#/components/schemas/AskAnswer' } } }) } };
    const clash = { ...documentOf('/a', 'get', met), components: { schemas: answer } };
    expect(() => clientSource(clash)).toThrow('AskAnswer');
  });
});
