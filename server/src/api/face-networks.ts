import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { faceGraphFolder, peopleNetworkFile } from '../runtime/face-files.ts';
import type { App } from './app.ts';
import { CodedBody } from './coded-body.ts';

/** The versions of the packages that they are files of. */
const TAG = 'human-3.3.6-selfie-0.1';
/** What finds a face in a picture and prepares it, for browsers that do so themselves. */
const GRAPHS = ['blazeface', 'facemesh', 'iris'] as const;
const PLACES: ReadonlyMap<string, () => string | undefined> = new Map([
  ...GRAPHS.flatMap((graph) =>
    [`${graph}.json`, `${graph}.bin`].map((file) => [file, () => join(faceGraphFolder(), file)] as const),
  ),
  ['people.tflite', peopleNetworkFile],
]);

/** The networks that read faces at `/studio/networks/…`: a picture need not leave the browser to be looked at. */
export function faceNetworkRoutes(app: App): void {
  const bodies = new Map<string, CodedBody>();
  app.get(
    '/studio/networks/:name',
    { schema: { hide: true, params: z.object({ name: z.string().max(50) }) } },
    async (request, reply) => {
      const { name } = request.params;
      const path = PLACES.get(name)?.();
      if (path === undefined) throw new OratorError('request/unknown', `There is no network "${name}".`);
      const body = bodies.get(name) ?? new CodedBody(() => readFile(path));
      bodies.set(name, body);
      reply
        .type(name.endsWith('.json') ? 'application/json' : 'application/octet-stream')
        .header('cache-control', 'public, max-age=86400');
      return body.send(request, reply, TAG);
    },
  );
}
