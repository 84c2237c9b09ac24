import { buffer } from 'node:stream/consumers';
import { OratorError } from '@orator/core/base/errors';
import { storageKeyOf } from '../jobs/job-input.ts';
import type { Service } from '../service/service.ts';
import type { SessionTools } from '../stream/session-order.ts';

/** The bytes of an asset. @throws {OratorError} `asset/unknown`, also for somebody else's; `storage/…`. */
export async function readAsset({ storage, database }: Service, owner: string, id: string): Promise<Uint8Array> {
  return buffer((await storage.read(await storageKeyOf(database, owner, id))).body);
}

/** What making live sessions needs, of the service. */
export const sessionToolsOf = (service: Service): SessionTools => ({
  studio: service.live,
  findSource: async (owner, { asset_id, avatar_id }) => {
    if ((asset_id === undefined) === (avatar_id === undefined)) {
      throw new OratorError(
        'request/invalid',
        'A session is made from one thing: a source, an asset_id or an avatar_id.',
      );
    }
    if (avatar_id === undefined) {
      return { type: 'picture', bytes: await readAsset(service, owner, asset_id!) };
    }
    const { name, model, storage_key } = await service.avatars.find(owner, avatar_id);
    if (model === 'portrait') return { type: 'avatar', storageKey: storage_key };
    throw new OratorError(
      'engine/unavailable',
      `The avatar "${name}" is for ${model}, which is not live in this version. Use a portrait avatar, or a photo.`,
    );
  },
});
