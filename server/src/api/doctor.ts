import { z } from 'zod';
import { examine } from '../doctor/examine.ts';
import type { Service } from '../service/service.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

const finding = z
  .object({
    what: z.string(),
    state: z
      .enum(['ok', 'missing', 'problem'])
      .meta({ description: 'problem: no clip can be made; missing: something optional is not there' }),
    found: z.string(),
    cure: z.string().optional(),
  })
  .meta({ id: 'Finding', description: 'One thing that was looked at on the machine' });

/** `GET /api/v1/doctor`: what `orator doctor` says of the machine that answers, for admins. */
export function doctorRoutes(app: App, { config }: Service): void {
  let looking: ReturnType<typeof examine> | undefined;
  app.get(
    '/api/v1/doctor',
    {
      schema: {
        operationId: 'getDoctor',
        summary: 'Look at the machine: what is there, what is not, and what to do about it',
        tags: ['health'],
        response: { 200: z.object({ findings: z.array(finding) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'admin');
      // It loads models and starts programs: who asks meanwhile gets the same answer.
      looking ??= examine(config).finally(() => {
        looking = undefined;
      });
      return { findings: [...(await looking)] };
    },
  );
}
