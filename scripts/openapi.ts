import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../server/src/api/app.ts';
import { loadConfig } from '../server/src/config.ts';
import { openService } from '../server/src/service/service.ts';

/** The part of a JSON schema that a TypeScript type can tell, and what is said about it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What a body or an answer may be, by media type. */
export type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** One value that an operation takes beside its body. */
export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

/** One thing that can be asked of the service. */
export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** The part of an OpenAPI 3.1 document that a client is made from. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** What the service answers at `/openapi.json`, from a service opened in a folder of its own that listens to nobody. */
export async function openApiDocument(): Promise<OpenApi> {
  const folder = await mkdtemp(join(tmpdir(), 'orator-openapi-'));
  try {
    const quiet = { ORATOR_WORKERS: '0', ORATOR_LOG_CONSOLE: 'false', ORATOR_LOG_FILES: 'false' };
    await using service = await openService(loadConfig({ ORATOR_DATA: folder, ...quiet }), 'http://127.0.0.1');
    const app = await createApp(service);
    const { body } = await app.inject('/openapi.json');
    await app.close();
    return JSON.parse(body) as OpenApi; // our own document: what a schema lacks is noticed where its type is written
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
