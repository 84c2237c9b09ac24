import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { assetView, assetViewOf } from './asset-view.ts';
import { formBody } from './form-body.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { SNIFFED_BYTES, sniffType } from './sniff.ts';

const DAY_MS = 86_400_000;
const LONGEST_NAME = 200;

/** `POST /api/v1/uploads`: takes a picture, a recording or a video. */
export function uploadRoutes(app: App, { storage, database, config, limits }: Service): void {
  app.post(
    '/api/v1/uploads',
    {
      schema: {
        operationId: 'createUpload',
        summary: 'Upload a picture, a recording or a video',
        description: 'multipart/form-data with one file; what it is, is read from the file itself.',
        tags: ['files'],
        consumes: ['multipart/form-data'],
        body: formBody,
        response: { 201: assetView, '4xx': problem },
      },
    },
    async (request, reply) => {
      requireScope(request.caller, 'create');
      await limits.requireRoom(request.caller);
      if (!request.isMultipart()) throw new OratorError('request/invalid', 'Send the file as multipart/form-data.');
      const part = await request.file();
      if (!part) throw new OratorError('request/invalid', 'There is no file in the form. Add one field with a file.');
      const { type, source } = await sniffed(part.file);
      const id = randomUUID();
      const key = `uploads/${id}`;
      const stored = await storage.put(key, source, { type }).catch(async (thrown: unknown) => {
        if (part.file.truncated) throw tooLarge(config.values.ORATOR_UPLOAD_MB ?? 50);
        throw thrown;
      });
      if (part.file.truncated) {
        await storage.remove(key);
        throw tooLarge(config.values.ORATOR_UPLOAD_MB ?? 50);
      }
      const days = config.values.ORATOR_KEEP_DAYS ?? 30;
      const row = await database.tables
        .insertInto('assets')
        .values({
          id,
          owner: request.caller.owner,
          kind: 'upload',
          storage_key: key,
          name: plainName(part.filename),
          type,
          bytes: stored.bytes,
          sha256: stored.sha256,
          expires_at: days > 0 ? new Date(Date.now() + days * DAY_MS) : null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return reply.code(201).header('location', `/api/v1/assets/${id}`).send(assetViewOf(row));
    },
  );
}

const tooLarge = (most: number) =>
  new OratorError(
    'request/too-large',
    `The file is larger than ${most} MB. Send a smaller one, or raise ORATOR_UPLOAD_MB.`,
  );

/** Reads the start of a file to tell what it is, and gives the whole of it. */
async function sniffed(file: Readable): Promise<{ readonly type: string; readonly source: AsyncIterable<Uint8Array> }> {
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes < SNIFFED_BYTES; ) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  try {
    const type = sniffType(Buffer.concat(head).subarray(0, SNIFFED_BYTES));
    return { type, source: whole(head, chunks) };
  } catch (thrown) {
    file.resume(); // the rest of the request has to be read before it can be answered
    throw thrown;
  }
}

async function* whole(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** A name without folders or signs that could do harm where it is shown or saved. */
const plainName = (name: string | undefined) =>
  (name ?? '')
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\p{C}<>:"|?*]/gu, '')
    .slice(-LONGEST_NAME) || 'file';
