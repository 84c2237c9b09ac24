import { buffer } from 'node:stream/consumers';
import { storageKeyOf } from '../jobs/job-input.ts';
import type { Service } from '../service/service.ts';
import type { SessionTools } from '../stream/session-order.ts';

/** What making live sessions needs, of the service. */
export const sessionToolsOf = ({ live, storage, database }: Service): SessionTools => ({
  studio: live,
  readAsset: async (owner, id) => buffer((await storage.read(await storageKeyOf(database, owner, id))).body),
});
