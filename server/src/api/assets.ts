import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Service } from '../service/service.ts';
import { contentDisposition } from '../storage/content-disposition.ts';
import { LIVE_PREFIX } from '../stream/recording.ts';
import type { App } from './app.ts';
import { assetView, assetViewOf, type MadeAsset } from './asset-view.ts';
import { requireScope } from './keys.ts';
import { pageOf, pageQuery } from './page.ts';
import { problem } from './problem.ts';
import { sendStored } from './send-stored.ts';

const byId = z.object({ id: z.string().max(64) });
const fileBody = {
  description: 'The file, or the part that was asked for',
  content: { '*/*': { schema: z.unknown() } },
};
const DAY_SECONDS = 86_400;
/** So much of what a clip says is told in lists. */
const SAID_LETTERS = 200;
const listQuery = pageQuery.extend({
  kind: z.enum(['upload', 'clip', 'avatar']).optional(),
  live: z.enum(['0', '1']).optional().meta({ description: '1: only recordings of live sessions; 0: none of them' }),
  search: z.string().max(200).optional().meta({ description: 'Words in the name or in the text that is said' }),
});

/** Routes about files: list, look, fetch, share, delete. */
export function assetRoutes(app: App, { database, storage }: Service): void {
  const select = (owner: string) => {
    const text = sql<string | null>`jobs.request->'options'->>'text'`;
    const all = database.tables
      .selectFrom('assets')
      .leftJoin('jobs', (join) =>
        join.onRef('jobs.asset_id', '=', 'assets.id').onRef('jobs.owner', '=', 'assets.owner'),
      )
      .selectAll('assets')
      .select(['jobs.id as job', sql<string | null>`left(${text}, ${SAID_LETTERS})`.as('said'), text.as('text')])
      .where('assets.owner', '=', owner);
    return database.tables.selectFrom(all.as('file')).selectAll();
  };
  const find = async (owner: string, id: string): Promise<MadeAsset> => {
    const row = await select(owner).where('id', '=', id).executeTakeFirst();
    if (!row) throw new OratorError('asset/unknown', `There is no file "${id.slice(0, 64)}".`);
    return row;
  };

  app.get(
    '/api/v1/assets',
    {
      schema: {
        operationId: 'listAssets',
        summary: 'List files, newest first',
        tags: ['files'],
        querystring: listQuery,
        response: { 200: z.object({ assets: z.array(assetView), next: z.string().nullable() }), '4xx': problem },
      },
    },
    async ({ caller, query }) => {
      requireScope(caller, 'read');
      const { kind, live, search } = query;
      let files = select(caller.owner);
      if (kind) files = files.where('kind', '=', kind);
      if (live) files = files.where('storage_key', live === '1' ? 'like' : 'not like', `${LIVE_PREFIX}%`);
      for (const word of search?.split(/\s+/).filter(Boolean) ?? []) {
        const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
        files = files.where((is) => is.or([is('name', 'ilike', pattern), is('text', 'ilike', pattern)]));
      }
      const { rows, next } = await pageOf(files, query);
      return { assets: rows.map(assetViewOf), next };
    },
  );

  app.get(
    '/api/v1/assets/:id',
    {
      schema: {
        operationId: 'getAsset',
        summary: 'Look at a file',
        tags: ['files'],
        params: byId,
        response: { 200: assetView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'read');
      return assetViewOf(await find(caller.owner, params.id));
    },
  );

  app.get(
    '/api/v1/assets/:id/content',
    {
      schema: {
        operationId: 'getAssetContent',
        summary: 'Fetch a file; ranges are understood',
        tags: ['files'],
        params: byId,
        querystring: z.object({ download: z.enum(['0', '1']).default('0') }),
        headers: z.object({ range: z.string().optional() }),
        response: { 200: fileBody, 206: fileBody, '4xx': problem },
      },
    },
    async ({ caller, params, query, raw }, reply): Promise<FastifyReply> => {
      requireScope(caller, 'read');
      const row = await find(caller.owner, params.id);
      reply.header(
        'content-disposition',
        contentDisposition(query.download === '1' ? 'attachment' : 'inline', row.name),
      );
      return sendStored(reply, storage, row.storage_key, raw.headers);
    },
  );

  app.post(
    '/api/v1/assets/:id/link',
    {
      schema: {
        operationId: 'linkAsset',
        summary: 'Make a link that needs no key and expires',
        tags: ['files'],
        params: byId,
        body: z.object({
          seconds: z
            .int()
            .min(1)
            .max(7 * DAY_SECONDS)
            .default(3600),
        }),
        response: { 200: z.object({ url: z.string(), expiresAt: z.iso.datetime() }), '4xx': problem },
      },
    },
    async ({ caller, params, body }) => {
      requireScope(caller, 'read');
      const row = await find(caller.owner, params.id);
      const expiresAt = new Date(Date.now() + body.seconds * 1000).toISOString();
      return { url: await storage.downloadLink(row.storage_key, { seconds: body.seconds, name: row.name }), expiresAt };
    },
  );

  app.delete(
    '/api/v1/assets/:id',
    {
      schema: {
        operationId: 'deleteAsset',
        summary: 'Delete a file',
        tags: ['files'],
        params: byId,
        response: { 204: z.null(), '4xx': problem },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'create');
      const row = await find(caller.owner, params.id);
      await storage.remove(row.storage_key);
      await database.tables.deleteFrom('assets').where('id', '=', row.id).execute();
      return reply.code(204).send(null);
    },
  );
}
