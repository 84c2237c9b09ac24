import { ENGINES } from '@orator/core/engines/list';
import { z } from 'zod';
import { lackOfOffer } from '../service/engine-offer.ts';
import type { Service } from '../service/service.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import type { App } from './app.ts';
import { requireScope } from './keys.ts';
import { problem } from './problem.ts';

const engineView = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: 'What people call it' }),
    title: z.string(),
    subject: z.enum(['portrait', 'video', 'rig']),
    reads: z.enum(['motion', 'audio']),
    models: z.array(z.string()),
    available: z.boolean().meta({ description: 'Whether somebody here can make videos with it now' }),
    missing: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'What keeps it from running, with the cure' }),
  })
  .meta({ id: 'Engine', description: 'A way to animate a subject' });
const voiceView = z
  .object({ id: z.string(), name: z.string(), language: z.string(), gender: z.string() })
  .meta({ id: 'Voice', description: 'A voice that speaks texts' });

/** Routes about what there is to choose from. */
export function catalogueRoutes(app: App, service: Service): void {
  const voices = createEspeakVoices();
  let known: Promise<z.infer<typeof voiceView>[]> | undefined;

  app.get(
    '/api/v1/engines',
    {
      schema: {
        operationId: 'listEngines',
        summary: 'List engines',
        tags: ['catalogue'],
        response: { 200: z.object({ engines: z.array(engineView) }), '4xx': problem },
      },
    },
    async ({ caller }) => {
      requireScope(caller, 'read');
      const engines = ENGINES.map(async (engine) => {
        const lack = await lackOfOffer(engine, service);
        const missing = lack && { code: lack.code, message: lack.message };
        return { ...engine, models: [...engine.models], available: lack === null, missing };
      });
      return { engines: await Promise.all(engines) };
    },
  );

  app.get(
    '/api/v1/voices',
    {
      schema: {
        operationId: 'listVoices',
        summary: 'List voices',
        tags: ['catalogue'],
        querystring: z.object({ language: z.string().max(20).optional() }),
        response: { 200: z.object({ voices: z.array(voiceView) }), '4xx': problem },
      },
    },
    async ({ caller, query }) => {
      requireScope(caller, 'read');
      known ??= voices.voices().then((found) => found.map((voice) => ({ ...voice })));
      const all = await known.catch((thrown: unknown) => {
        known = undefined; // asked again next time
        throw thrown;
      });
      const language = query.language?.toLowerCase();
      return { voices: language ? all.filter((voice) => voice.language.startsWith(language)) : all };
    },
  );
}
