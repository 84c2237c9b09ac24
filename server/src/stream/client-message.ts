import { OratorError } from '@orator/core/base/errors';
import { EMOTION_NAMES, type EmotionName } from '@orator/core/motion/emotions';
import { z } from 'zod';

/** Ditto's emotions by number (`specs/ditto.md`, 6.2), in our names. */
const DITTO_EMOTIONS: readonly EmotionName[] = [
  'angry',
  'disgusted',
  'fearful',
  'happy',
  'neutral',
  'sad',
  'surprised',
  'contempt',
];
/** The box that Ditto cuts out at its usual `crop_scale`, in eye distances: head and shoulders. */
const USUAL_SCALE = 2.3;
const USUAL_SQUARE = 6.2;
/** A base64 picture of the largest upload, and a little. */
const LONGEST_SOURCE = 90 << 20;
/** Ten seconds of sound in one message. */
const LONGEST_SOUND = 16_000 * 2 * 60 * 2;
const LONGEST_TEXT = 20_000;

const emotion = z.enum(EMOTION_NAMES);
const gaze = z.enum(['natural', 'camera', 'away']);

/** What can be chosen at `init`: the fields of the requirement first, then ours. */
export const sessionConfig = z
  .object({
    max_size: z.int().min(64).max(4096).optional(),
    crop_scale: z.number().min(1.5).max(3).optional(),
    emo: z.int().min(0).max(7).optional(),
    sampling_timesteps: z.int().min(1).max(100).optional(),

    fps: z.int().min(10).max(60).default(25),
    /** `frames`: pictures. `motion`: only how the face moves; whoever watches draws it. `sound`: neither. */
    mode: z.enum(['frames', 'motion', 'sound']).default('frames'),
    /** Pictures to look at come before the session is ready. */
    still: z.boolean().default(false),
    /** Pictures, sound and motion come as binary messages. */
    binary: z.boolean().default(false),
    format: z.enum(['jpeg', 'webp']).default('jpeg'),
    quality: z.int().min(1).max(100).default(80),
    /** Whether the face lives on while nothing is said. */
    idle: z.boolean().default(false),
    /** Pictures that come late are left out, or the session waits for them: so that none is missing. `wait` where there is no idle life. */
    late: z.enum(['drop', 'wait']).optional(),
    /** Whether the sound is sent, as 16-bit samples. */
    audio: z.boolean().default(false),
    /** Whether words, visemes and the beginning and end of what is said are told. */
    events: z.boolean().default(false),
    emotion: emotion.optional(),
    intensity: z.number().min(0).max(1).default(0.5),
    gaze: gaze.default('natural'),
    head_motion: z.number().min(0).max(2).default(1),
    blink: z.number().min(0).max(3).default(1),
    seed: z.int().min(0).max(4_294_967_295).default(1),
    voice: z.string().max(100).default('en-us'),
    rate: z.number().min(0.5).max(2).default(1),
    pitch: z.number().min(0).max(2).default(1),
    volume: z.number().min(0).max(2).default(1),
    face: z.union([z.enum(['largest', 'left']), z.int().min(0).max(99)]).default('largest'),
  })
  .prefault({});
/** The same, read. */
export type SessionConfig = z.infer<typeof sessionConfig>;

/** What can be changed while a session runs. */
export const configChange = z.object({
  emotion: emotion.optional(),
  emo: z.int().min(0).max(7).optional(),
  intensity: z.number().min(0).max(1).optional(),
  gaze: gaze.optional(),
});
/** What is to be said. */
export const spokenText = z.object({
  text: z.string().min(1).max(LONGEST_TEXT),
  voice: z.string().max(100).optional(),
  /** Falls silent first. */
  interrupt: z.boolean().default(false),
});

const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('init'),
    source: z.string().max(LONGEST_SOURCE).optional(),
    /** The id of an uploaded picture, in place of `source`. */
    asset_id: z.string().max(64).optional(),
    /** The id of a stored portrait avatar, in place of both. */
    avatar_id: z.string().max(64).optional(),
    config: sessionConfig,
  }),
  z.object({
    type: z.literal('audio_chunk'),
    data: z.string().max(LONGEST_SOUND),
    /** Taken, and not followed: sound is heard in the order in which it comes. */
    timestamp: z.number().optional(),
    /** Hz, of the samples. */
    sample_rate: z.int().min(8000).max(48_000).default(16_000),
  }),
  z.object({ type: z.literal('stop') }),
  spokenText.extend({ type: z.literal('text') }),
  z.object({ type: z.literal('interrupt') }),
  z.object({ type: z.literal('config'), config: configChange }),
  /** Watches a session that is there already, or takes up one whose connection was lost. */
  z.object({ type: z.literal('watch'), session_id: z.string().max(64), config: sessionConfig }),
  z.object({ type: z.literal('resume'), session_id: z.string().max(64), config: sessionConfig }),
  z.object({ type: z.literal('ping') }),
]);
/** A message of a client, checked. */
export type ClientMessage = z.infer<typeof message>;

/** @throws {OratorError} `request/invalid` with what is wrong, in words. */
export function readClientMessage(text: string): ClientMessage {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new OratorError('request/invalid', 'A message is JSON, or binary sound after init. This was neither.');
  }
  const parsed = message.safeParse(read);
  if (parsed.success) return parsed.data;
  const { path, message: words } = parsed.error.issues[0]!;
  throw new OratorError('request/invalid', `${path.join('.') || 'type'}: ${words}.`);
}

/** The emotion that a config asks for: by our name, or by Ditto's number. */
export const emotionOf = (config: { readonly emotion?: EmotionName; readonly emo?: number }): EmotionName | undefined =>
  config.emotion ?? (config.emo === undefined ? undefined : DITTO_EMOTIONS[config.emo]);

/** Whether the session waits for pictures and viewers that are late, so that none is missing. */
export const waitsIn = ({ late, idle }: SessionConfig): boolean => (late ?? (idle ? 'drop' : 'wait')) === 'wait';

/** How the picture is framed: `crop_scale` as Ditto cuts it, `max_size` as the most that a side may have. */
export const viewOf = ({ face, max_size, crop_scale }: SessionConfig) => ({
  face,
  size: max_size ?? ('512' as const),
  crop: crop_scale === undefined ? ('auto' as const) : (crop_scale / USUAL_SCALE) * USUAL_SQUARE,
});
