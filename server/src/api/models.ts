import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { freeBytes } from '../model-store/free-room.ts';
import type { ModelState } from '../model-store/model-store.ts';
import type { PullState } from '../model-store/pulls.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { sendEvents } from './event-stream.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';
import { LONGEST_URL } from './uploads.ts';

const byName = z.object({ name: z.string().max(64) });

const pullView = z
  .object({
    state: z.enum(['fetching', 'checking', 'done', 'failed']),
    bytes: z.int().meta({ description: 'What is here of the file' }),
    total: z.int().nullable().meta({ description: 'Its size, where it is known' }),
    source: z.string().nullable(),
    code: z.string().nullable().meta({ description: 'Why it failed' }),
    message: z.string().nullable(),
  })
  .meta({ id: 'ModelPull', description: 'How far a pull of weights is, or how it ended' });

const modelView = z
  .object({
    name: z.string(),
    title: z.string(),
    engine: z.string().meta({ description: 'The engine or tool that uses it' }),
    file: z.string(),
    installed: z.boolean(),
    size_bytes: z.int().nullable().meta({ description: 'null where nobody knows it before the file is here' }),
    fits: z.boolean().meta({ description: 'Whether the disk has room for it, or holds it already' }),
    licence: z.string(),
    licence_accepted: z.boolean().meta({ description: 'Whether it may be fetched without accepting the licence now' }),
    path_ok: z.boolean(),
    sha256: z.string().nullable(),
    pinned: z
      .boolean()
      .meta({ description: 'Whether its hash was published; else the first pull records what it got' }),
    sources: z.array(z.string()).meta({
      description: 'Where it is fetched from, first one first; none where its authors have no address for it',
    }),
    source: z.string().nullable().meta({ description: 'Where what is here came from' }),
    pulled_at: z.iso.datetime().nullable(),
    pull: pullView.nullable().meta({ description: 'The pull that goes on, or the last one since the service began' }),
  })
  .meta({ id: 'Model', description: 'Weights of an engine' });

const pullViewOf = ({ state, bytes, total, source, error }: PullState): z.infer<typeof pullView> => ({
  ...{ state, bytes, total: total ?? null, source: source ?? null },
  ...{ code: error?.code ?? null, message: error?.message ?? null },
});

/** Weights over HTTP: what there is and what is here; to pull, verify and remove them is for admins. */
export function modelRoutes(app: App, { models: store, pulls, draining }: Service): void {
  const viewOf = async (state: ModelState) => {
    const pull = pulls.stateOf(state.id);
    return modelViewOf(state, await freeBytes(store.folder), await store.isAccepted(state.id), pull);
  };
  const path = '/api/v1/models/:name';

  app.get(
    '/api/v1/models',
    {
      schema: {
        operationId: 'listModels',
        summary: 'Weights, installed or not',
        tags: ['models'],
        response: { 200: z.object({ models: z.array(modelView) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      return { models: await Promise.all((await store.list()).map(viewOf)) };
    },
  );

  app.post(
    `${path}/pull`,
    {
      schema: {
        operationId: 'pullModel',
        summary: 'Fetch weights',
        description:
          'Answers at once with how far it is; follow it at pull/events. A pull that broke off goes on where it was. Size, hash and architecture are checked before anything is used.',
        tags: ['models'],
        params: byName,
        body: z
          .strictObject({
            accept_licence: z.boolean().default(false),
            from: z
              .url({ protocol: /^https?$/ })
              .max(LONGEST_URL)
              .optional()
              .meta({ description: 'An address instead of the known ones' }),
          })
          .meta({ id: 'ModelPullRequest' }),
        response: { 202: pullView, '4xx': problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      requireScope(caller, 'admin');
      const state = await pulls.start({ id: params.name, from: body.from, acceptLicence: body.accept_licence });
      return reply.code(202).send(pullViewOf(state));
    },
  );

  app.get(
    `${path}/pull/events`,
    {
      schema: {
        operationId: 'streamModelPull',
        summary: 'Follow a pull: server-sent events "pull", the last one when it is over',
        tags: ['models'],
        params: byName,
        response: {
          200: { description: 'How far it is', content: { 'text/event-stream': { schema: pullView } } },
          '4xx': problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      requireScope(caller, 'read');
      store.manifestOf(params.name);
      if (!pulls.stateOf(params.name)) throw noPull(params.name);
      const views = async function* (signal: AbortSignal) {
        for await (const state of pulls.follow(params.name, signal)) yield pullViewOf(state);
      };
      await sendEvents(reply, 'pull', views, draining);
    },
  );

  app.post(
    `${path}/pull/cancel`,
    {
      schema: {
        operationId: 'cancelModelPull',
        summary: 'Stop a pull; what has come stays for the next',
        tags: ['models'],
        params: byName,
        response: { 200: pullView, '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'admin');
      store.manifestOf(params.name);
      if (!(await pulls.stop(params.name))) throw noPull(params.name);
      return pullViewOf(pulls.stateOf(params.name)!);
    },
  );

  app.post(
    `${path}/verify`,
    {
      schema: {
        operationId: 'verifyModel',
        summary: 'Read weights again and compare their hash',
        tags: ['models'],
        params: byName,
        response: { 200: modelView, '4xx': problem, '5xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'admin');
      await store.verify(params.name, draining);
      return viewOf(await store.look(params.name));
    },
  );

  app.delete(
    path,
    {
      schema: {
        operationId: 'removeModel',
        summary: 'Remove weights',
        tags: ['models'],
        params: byName,
        response: { 200: z.object({ removed: z.boolean() }), '4xx': problem },
      },
    },
    async ({ caller, params }) => {
      requireScope(caller, 'admin');
      return { removed: await store.remove(params.name) };
    },
  );
}

const noPull = (name: string) =>
  new OratorError('job/not-possible', `Nothing of "${name.slice(0, 40)}" is being pulled. Begin with POST …/pull.`);

function modelViewOf(
  { id, manifest, record, sound }: ModelState,
  free: number,
  accepted: boolean,
  pull: PullState | null,
): z.infer<typeof modelView> {
  const size = record?.bytes ?? manifest.bytes ?? null;
  return {
    ...{ name: id, title: manifest.title, engine: manifest.usedBy, file: manifest.file },
    installed: record !== null,
    size_bytes: size,
    fits: (record !== null && sound) || free >= (size ?? 0),
    licence: `${manifest.licence.name}. ${manifest.licence.words}`,
    licence_accepted: accepted,
    path_ok: record !== null && sound,
    sha256: record?.sha256 ?? manifest.sha256 ?? null,
    pinned: manifest.sha256 !== undefined,
    sources: [...manifest.sources],
    source: record?.source ?? null,
    pulled_at: record?.pulledAt ?? null,
    pull: pull && pullViewOf(pull),
  };
}
