import { buffer } from 'node:stream/consumers';
import { storageKeyOf } from '../jobs/job-input.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import type { Service } from '../service/service.ts';
import type { SessionTools } from '../stream/session-order.ts';
import { stillOf } from '../stream/still-of.ts';

/** What making live sessions needs, of the service. */
export const sessionToolsOf = ({ live, storage, database, config, scratch }: Service): SessionTools => ({
  studio: live,
  readAsset: async (owner, id) => buffer((await storage.read(await storageKeyOf(database, owner, id))).body),
  pictureOf: async (source, signal) => stillOf(source, { ffmpeg: await findFfmpeg(config), folder: scratch, signal }),
});
