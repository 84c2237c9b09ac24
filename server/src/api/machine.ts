import { z } from 'zod';
import { gpuReading, readGpus } from '../runtime/gpu.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

/** Routes about what the machine has and does. Unlike health they tell how busy others are, and start a program: they need a key. */
export function machineRoutes(app: App, { figures }: Service): void {
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

  app.get('/metrics', { schema: { hide: true } }, async ({ caller }, reply) => {
    requireScope(caller, 'read');
    return reply.type(figures.registry.contentType).send(await figures.registry.metrics());
  });
}
