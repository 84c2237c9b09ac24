import { MODES, type Mode } from '../../../player/show.ts';

/** The moods of a face, in Ditto's order: its numbers 0 to 7. */
export const EMOTIONS = ['angry', 'disgusted', 'fearful', 'happy', 'neutral', 'sad', 'surprised', 'contempt'] as const;
/** One of them. */
export type Emotion = (typeof EMOTIONS)[number];

/** Where a face looks. */
export const GAZES = ['natural', 'camera', 'away'] as const;
/** One of them. */
export type Gaze = (typeof GAZES)[number];

/** What the short side of the picture may have at most, px. */
export const RESOLUTIONS = [512, 1024, 1920] as const;
/** Pictures per second that can be chosen. */
export const FPS = { min: 10, max: 60, step: 5 } as const;
/** How much is shown around the face. */
export const CROP = { min: 1.5, max: 3, step: 0.1 } as const;

/** What a quality stands for: the engine has no steps to save, so it is size and rate that make it fast or fine. */
export const QUALITIES = {
  fast: { resolution: 512, fps: 20 },
  balanced: { resolution: 1024, fps: 25 },
  high: { resolution: 1920, fps: 30 },
} as const;
/** One of them. */
export type Quality = keyof typeof QUALITIES;

/** What a session is begun with. */
export interface LiveSettings {
  /** Undefined: what suits this browser best. */
  readonly mode?: Mode;
  readonly emotion: Emotion;
  /** 0..1 */
  readonly intensity: number;
  readonly gaze: Gaze;
  readonly cropScale: number;
  readonly resolution: number;
  readonly fps: number;
}

/** From so many cores on a browser draws the larger pictures quickly enough. */
const MANY_CORES = 8;

/** What is chosen before anybody chose. */
export const FIRST_SETTINGS: LiveSettings = {
  emotion: 'neutral',
  intensity: 0.6,
  gaze: 'natural',
  cropScale: 2.3,
  ...QUALITIES[navigator.hardwareConcurrency < MANY_CORES ? 'fast' : 'balanced'],
};

/** The quality that these settings are; undefined where size and rate were chosen one by one. */
export const qualityOf = ({ resolution, fps }: LiveSettings): Quality | undefined =>
  (Object.keys(QUALITIES) as Quality[]).find(
    (name) => QUALITIES[name].resolution === resolution && QUALITIES[name].fps === fps,
  );

/** The fields of `init` (docs/live.md). */
export const configOf = ({ emotion, intensity, gaze, cropScale, resolution, fps }: LiveSettings) => ({
  emo: EMOTIONS.indexOf(emotion),
  intensity,
  gaze,
  crop_scale: cropScale,
  max_size: resolution,
  fps,
});

/** The way that suits this browser best, and why: a key of the texts. */
export interface BestMode {
  readonly mode: Mode;
  readonly why: 'why.draws' | 'why.video' | 'why.pictures';
}

/** Drawing here costs the least on the way and looks sharpest; what cannot draw aside is better off with a video. */
export function bestMode(): BestMode {
  if (typeof OffscreenCanvas !== 'undefined' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype) {
    return { mode: 'motion', why: 'why.draws' };
  }
  return typeof RTCPeerConnection === 'undefined'
    ? { mode: 'ws', why: 'why.pictures' }
    : { mode: 'webrtc', why: 'why.video' };
}

/** The ways that this browser can take. */
export const possibleModes = (): readonly Mode[] =>
  MODES.filter((mode) => mode !== 'webrtc' || typeof RTCPeerConnection !== 'undefined');
