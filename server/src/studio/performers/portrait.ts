import { fps } from '@orator/core/base/units';
import { move } from '@orator/core/motion/move';
import { parseEmotions } from '@orator/core/produce/emotion-list';
import type { Speech } from '@orator/core/speech/speech';
import { openCrew, suitableHelpers } from '../crew.ts';
import { openSubject, portraitPreparation } from '../subject.ts';
import type { ReadyUp } from './performer.ts';
import { pictureOf } from './picture-of.ts';

/** The built-in engine: everything that it needs is here. */
export const readyPortrait: ReadyUp = async (scene, { config, ffmpeg }) => ({
  reads: 'motion',
  open: async (signal) => {
    const { request } = scene;
    await using picture = await pictureOf(scene, ffmpeg, signal);
    const preparation = { ...portraitPreparation(config), prepared: scene.prepared };
    const opened = await openSubject(picture.path, request, preparation);
    const rate = fps(request.fps);
    const session = openCrew({ ...opened, fps: rate }, suitableHelpers(opened.still));
    const emotions = parseEmotions(request.emotion, request.intensity);
    return {
      performer: {
        reads: 'motion',
        session,
        move: (speech: Speech) => move(speech, { ...request, fps: rate, emotions }),
      },
      subject: picture.video ?? { sha256: opened.sha256, bytes: opened.bytes },
      warnings: opened.warnings,
      models: opened.models,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
  [Symbol.asyncDispose]: async () => {},
});
