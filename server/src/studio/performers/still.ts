import { fps } from '@orator/core/base/units';
import { openStill } from '@orator/core/engines/still';
import { frameFor } from '@orator/core/media/framing';
import { readPicture, readPictureBytes, resamplePicture } from '../../media/picture.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { ReadyUp } from './performer.ts';
import { pictureOf } from './picture-of.ts';

/** One picture of the subject, which does not move. */
export const readyStill: ReadyUp = async (scene, { ffmpeg }) => ({
  reads: 'audio',
  open: async (signal) => {
    await using given = await pictureOf(scene, ffmpeg, signal);
    const bytes = await readPictureBytes(given.path);
    const picture = await readPicture(bytes);
    const middle = { x: picture.width / 2, y: picture.height / 2, iod: 1 };
    const framing = frameFor(picture, middle, { size: scene.request.size, crop: 'full' });
    const session = openStill(await resamplePicture(picture, framing.crop, framing), fps(scene.request.fps));
    return {
      performer: { reads: 'audio', session },
      subject: given.video ?? fingerprintOf(bytes),
      warnings: [...picture.warnings, ...framing.warnings],
      models: [],
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
  [Symbol.asyncDispose]: async () => {},
});
