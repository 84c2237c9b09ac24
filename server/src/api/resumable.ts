import type { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import type { UploadRow } from '../store/tables.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { PART_TYPE, readBytes, readDigest, readName, TUS_ABILITIES, TUS_VERSION } from './tus-headers.ts';

const PATH = '/api/v1/uploads/resumable';

const byId = z.object({ id: z.string().max(64) });
/** Only their presence and length are checked here: what is wrong with them is said by who reads them. */
const header = (description: string) => z.string().max(5000).optional().meta({ description });
const nothing = z.null().meta({ description: 'All is in the headers: Upload-Offset, Upload-Expires' });
const common = { 'tus-resumable': header(`The version of the protocol: ${TUS_VERSION}`) };
const ofPart = {
  ...common,
  'content-type': header(PART_TYPE),
  'content-length': header('Of this part'),
  'upload-checksum': header('How this part is hashed, and its hash in base64'),
};

/** Answers `OPTIONS`, which needs no key: what of the tus protocol is spoken. */
export function resumableOptions(app: App, { intake }: Service): void {
  const abilities = { ...TUS_ABILITIES, 'tus-resumable': TUS_VERSION, 'tus-max-size': intake.mostBytes };
  // A browser asks here before it sends; others bring none of a browser's headers.
  const config = { cors: { strictPreflight: false, preflightContinue: true } };
  for (const path of [PATH, `${PATH}/:id`]) {
    app.options(path, { schema: { hide: true }, config }, async (_request, reply) =>
      reply.code(204).headers(abilities).send(),
    );
  }
}

/** Uploads that go on where they broke off, by the tus protocol 1.0.0. A finished one is a file of the same id. */
export function resumableRoutes(app: App, { uploads, limits }: Service): void {
  const append = async (request: FastifyRequest, id: string, at: number): Promise<UploadRow> => {
    const { raw, headers, caller } = request;
    try {
      const digest = readDigest(headers['upload-checksum']);
      // Destroying it would take the connection along, and with it the answer.
      const source = (request.body as Readable).iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
      return await uploads.append(caller.owner, id, { at, source, digest });
    } finally {
      raw.resume(); // a refused part is read to its end before its sender can hear of it
    }
  };
  const patch = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
    requireScope(request.caller, 'create');
    if (!hasPart(request)) throw new OratorError('request/wrong-type', `Send the part as ${PART_TYPE}.`);
    const at = readBytes('Upload-Offset', request.headers['upload-offset']);
    return tell(reply, await append(request, id, at))
      .code(204)
      .send();
  };
  const look = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
    requireScope(request.caller, 'create'); // who sends has to ask, too
    const row = await uploads.find(request.caller.owner, id);
    if (row.metadata) reply.header('upload-metadata', row.metadata);
    return tell(reply, row).headers({ 'upload-length': row.bytes, 'cache-control': 'no-store' }).code(200).send();
  };
  const remove = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
    requireScope(request.caller, 'create');
    await uploads.remove(request.caller.owner, id);
    return reply.code(204).send();
  };

  app.addContentTypeParser(PART_TYPE, (_request, body, done) => done(null, body));
  app.post(
    PATH,
    {
      onRequest: speakTus,
      schema: {
        operationId: 'beginUpload',
        summary: 'Begin an upload that can be resumed',
        description: `The tus protocol ${TUS_VERSION}. The answer's Location is where its parts go; the first may come along. When the last byte is there, the last part of that path is the id of the file.`,
        tags: ['files'],
        headers: z.object({
          ...ofPart,
          'upload-length': header('Bytes of the whole file'),
          'upload-metadata': header('Keys and values in base64; filename is the name of the file'),
        }),
        response: { 201: nothing, '4xx': problem },
      },
    },
    async (request, reply) => {
      const { caller, headers } = request;
      requireScope(caller, 'create');
      const { 'upload-metadata': metadata = '' } = headers;
      const bytes = readBytes('Upload-Length', headers['upload-length']);
      await limits.requireRoom(caller, bytes);
      let row = await uploads.create({ owner: caller.owner, name: readName(metadata), metadata, bytes });
      if (hasPart(request)) row = await append(request, row.id, 0);
      return tell(reply, row).code(201).header('location', `${PATH}/${row.id}`).send();
    },
  );
  app.head(
    `${PATH}/:id`,
    {
      onRequest: speakTus,
      schema: {
        operationId: 'getUploadOffset',
        summary: 'Ask how far an upload is',
        description: 'Upload-Offset says how many bytes are safe.',
        tags: ['files'],
        params: byId,
        headers: z.object(common),
        response: { 200: nothing, '4xx': problem },
      },
      config: { swagger: { exposeHeadRoute: true } },
    },
    async (request, reply) => look(request, reply, request.params.id),
  );
  app.patch(
    `${PATH}/:id`,
    {
      onRequest: speakTus,
      schema: {
        operationId: 'continueUpload',
        summary: 'Send the next part of an upload',
        description: 'Of a part that breaks off, what came counts, unless it has a checksum. The latest sender wins.',
        tags: ['files'],
        params: byId,
        consumes: [PART_TYPE],
        body: z.unknown(),
        headers: z.object({ ...ofPart, 'upload-offset': header('Where in the file the part begins') }),
        response: { 204: nothing, '4xx': problem },
      },
    },
    async (request, reply) => patch(request, reply, request.params.id),
  );
  app.delete(
    `${PATH}/:id`,
    {
      onRequest: speakTus,
      schema: {
        operationId: 'giveUploadUp',
        summary: 'Give an upload up',
        tags: ['files'],
        params: byId,
        headers: z.object(common),
        response: { 204: nothing, '4xx': problem },
      },
    },
    async (request, reply) => remove(request, reply, request.params.id),
  );
  // For clients whose network lets nothing but GET and POST through.
  app.post(`${PATH}/:id`, { onRequest: speakTus, schema: { hide: true, params: byId } }, async (request, reply) => {
    const method = String(request.headers['x-http-method-override'] ?? '').toUpperCase();
    const act = { PATCH: patch, HEAD: look, DELETE: remove }[method];
    if (act) return act(request, reply, request.params.id);
    throw new OratorError('request/invalid', 'Send PATCH, HEAD or DELETE, or one of them as X-HTTP-Method-Override.');
  });
}

async function speakTus(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('tus-resumable', TUS_VERSION);
  if (request.headers['tus-resumable'] === TUS_VERSION) return;
  reply.header('tus-version', TUS_VERSION);
  throw new OratorError('upload/version', `Send "Tus-Resumable: ${TUS_VERSION}": this is the version spoken here.`);
}

const hasPart = ({ headers }: FastifyRequest) => headers['content-type']?.toLowerCase() === PART_TYPE;

const tell = (reply: FastifyReply, { received, expires_at }: UploadRow) =>
  reply.headers({ 'upload-offset': received, 'upload-expires': expires_at.toUTCString() });
