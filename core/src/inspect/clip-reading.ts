import type { FaceSeries } from './face-series.ts';
import {
  type Closure,
  measureClosures,
  measureHead,
  measureMouth,
  measureSilence,
  speakingOnFace,
} from './movement.ts';
import type { ClipMeasures } from './rows.ts';
import type { SkinDetail } from './skin-detail.ts';
import type { SoundSeries } from './sound-series.ts';
import { measureSync } from './sync.ts';

/** Everything that was read from the pictures and the sound of one clip, both beginning at the same moment. */
export interface ClipReading {
  readonly face: FaceSeries;
  readonly sound: SoundSeries;
  readonly skin: SkinDetail;
  /** 0 = the background stands still, 1 = it is glued to the head. */
  readonly drag: number | null;
  /** Likeness of frames, evenly spread over the clip, to the source at rest: cosines of face descriptors. */
  readonly likeness: readonly number[];
}

/** Turns a reading into the figures of all rows. `closures` are the times of p, b and m, where the words are known. */
export function measuresOf(reading: ClipReading, closures: readonly Closure[] = []): ClipMeasures {
  const { face, sound, skin, drag, likeness } = reading;
  const speaking = speakingOnFace(sound.speaking, face.opening.length);
  const sync = measureSync(face, sound);
  const silence = measureSilence(face, speaking);
  return {
    ...measureMouth(face, speaking),
    ...measureHead(face),
    follow: sync?.follow.score ?? null,
    beyondLoudness: sync?.beyondLoudness.score ?? null,
    lag: sync?.follow.lag ?? null,
    silenceSpeed: silence?.silenceSpeed ?? null,
    silenceMoving: silence?.silenceMoving ?? null,
    closures: measureClosures(face, closures),
    mouthDetail: skin.mouthDetail,
    openMouthDetail: skin.openMouthDetail,
    skinFlicker: skin.skinFlicker,
    backgroundDrag: drag,
    identity: likeness.length > 0 ? Math.min(...likeness) : null,
  };
}
