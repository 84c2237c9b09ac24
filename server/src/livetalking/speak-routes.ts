import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { leftBy } from '../runpod/endpoint.ts';
import type { Service } from '../service/service.ts';
import { spokenText } from '../stream/client-message.ts';
import { voiceNamed } from './edge-voice.ts';
import { done } from './replies.ts';
import { sessionid } from './session-field.ts';
import type { Talks } from './talks.ts';

const ofSession = z.object({ sessionid });
const human = ofSession.extend({
  text: spokenText.shape.text,
  type: z.enum(['echo', 'chat']),
  interrupt: z.boolean().nullish(),
  /** LiveTalking's names for a voice. */
  tts: z.object({ voice: z.string().max(200).optional(), ref_file: z.string().max(200).optional() }).nullish(),
});
const state = ofSession.extend({ audiotype: z.int() });

/** What has a session speak, be silent, and do something: `/human`, `/humanaudio`, `/interrupt_talk`, `/is_speaking`, `/set_audiotype`. */
export function speakRoutes(app: App, { live }: Service, talks: Talks): void {
  app.post('/human', { schema: { body: human } }, async ({ caller, body }) => {
    requireScope(caller, 'create');
    const talk = talks.find(caller, body.sessionid);
    if (body.type === 'chat') {
      throw new OratorError(
        'engine/unavailable',
        'No language model is here to answer a chat. Send the type "echo" to have the text itself said.',
      );
    }
    const voice = voiceNamed(body.tts?.voice ?? body.tts?.ref_file);
    const text = body.text.replaceAll('**', ''); // marks of bold text, which nobody says
    await talk.say(text, { interrupt: body.interrupt ?? false, ...(voice ? { voice } : {}) });
    return done();
  });

  app.post('/humanaudio', async (request, reply) => {
    requireScope(request.caller, 'create');
    const form = await readForm(request);
    const { session } = talks.find(request.caller, form.sessionid);
    if (!form.file)
      throw new OratorError('request/invalid', 'There is no file in the form. Send the recording as file.');
    await live.play(session, form.file, leftBy(reply));
    return done();
  });

  app.post('/interrupt_talk', { schema: { body: ofSession } }, async ({ caller, body }) => {
    requireScope(caller, 'create');
    await talks.find(caller, body.sessionid).interrupt();
    return done();
  });

  app.post('/is_speaking', { schema: { body: ofSession } }, async ({ caller, body }) => {
    requireScope(caller, 'read');
    return done(talks.find(caller, body.sessionid).session.isBusy);
  });

  app.post('/set_audiotype', { schema: { body: state } }, async ({ caller, body }) => {
    requireScope(caller, 'create');
    await talks.find(caller, body.sessionid).actions.set(body.audiotype);
    return done();
  });
}

/** A form with a session and a recording, in any order. */
async function readForm(request: FastifyRequest): Promise<{ readonly sessionid: string; readonly file?: Uint8Array }> {
  if (!request.isMultipart()) throw new OratorError('request/invalid', 'Send a form (multipart/form-data).');
  let file: Uint8Array | undefined;
  let named = '';
  for await (const part of request.parts()) {
    if (part.type === 'file') file = await part.toBuffer();
    else if (part.fieldname === 'sessionid') named = String(part.value);
  }
  return { sessionid: named, file };
}
