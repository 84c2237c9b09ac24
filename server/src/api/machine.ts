import { z } from 'zod';
import { type ModelState, ModelStore } from '../model-store/model-store.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { gpuReading, readGpus } from './gpu.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

const modelView = z
  .object({
    name: z.string(),
    engine: z.string(),
    installed: z.boolean(),
    size_bytes: z.int().nullable().meta({ description: 'null where nobody knows it before the file is here' }),
    licence: z.string(),
    path_ok: z.boolean(),
  })
  .meta({ id: 'Model', description: 'Weights of an engine' });

const viewOf = ({ id, manifest, record, sound }: ModelState): z.infer<typeof modelView> => ({
  name: id,
  engine: manifest.usedBy,
  installed: record !== null,
  size_bytes: record?.bytes ?? manifest.bytes ?? null,
  licence: `${manifest.licence.name}. ${manifest.licence.words}`,
  path_ok: record !== null && sound,
});

/** Routes about what the machine has and does. Unlike health they tell how busy others are, and start a program: they need a key. */
export function machineRoutes(app: App, { config, figures }: Service): void {
  app.get(
    '/api/v1/gpu-info',
    {
      schema: {
        operationId: 'getGpuInfo',
        summary: 'What the GPUs do now',
        tags: ['health'],
        response: {
          200: z.object({ available: z.boolean(), reason: z.string().optional(), gpus: z.array(gpuReading) }),
          '4xx': problem,
        },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      const { gpus, reason } = await readGpus();
      return { available: gpus.length > 0, ...(reason ? { reason } : {}), gpus: [...gpus] };
    },
  );

  app.get(
    '/api/v1/models',
    {
      schema: {
        operationId: 'listModels',
        summary: 'Weights, installed or not',
        tags: ['catalogue'],
        response: { 200: z.object({ models: z.array(modelView) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      return { models: (await new ModelStore(config.models).list()).map(viewOf) };
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async ({ caller }, reply) => {
    requireScope(caller, 'read');
    return reply.type(figures.registry.contentType).send(await figures.registry.metrics());
  });
}
