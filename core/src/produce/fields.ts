import { z } from 'zod';
import { type Field, fieldsOfJson, type JsonSchema } from './field.ts';

/** What a person can fill in, read from the schema's JSON form: the command line makes flags of it, a page makes inputs. */
export const fieldsOf = (schema: z.ZodObject): readonly Field[] =>
  fieldsOfJson(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
