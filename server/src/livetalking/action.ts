import { OratorError } from '@orator/core/base/errors';
import { EMOTION_NAMES } from '@orator/core/motion/emotions';
import { HEAD_GESTURES } from '@orator/core/motion/head';
import { z } from 'zod';

/** The state that a session is in while nothing else is asked of it. */
export const IDLE = 1;
const MOST_ACTIONS = 64;
/** LiveTalking's fields for clips that lie on its server. */
const PATHS: readonly string[] = ['imgpath', 'audiopath'];

const action = z.strictObject({
  audiotype: z.int().min(IDLE).max(10_000),
  emotion: z.enum(EMOTION_NAMES).default('neutral'),
  intensity: z.number().min(0).max(1).default(0.5),
  gaze: z.enum(['natural', 'camera', 'away']).default('natural'),
  /** Once, when the action begins. */
  gesture: z.enum(HEAD_GESTURES).optional(),
  /** The id of an uploaded recording, which is said; the action lasts as long as it. */
  audio: z.string().min(1).max(64).optional(),
  /** How long an action without sound lasts. */
  seconds: z.number().min(0.2).max(60).default(2),
});

/** A state that a session can be put in by its number. */
export type Action = z.output<typeof action>;

/**
 * Reads `custom_config`: a list of actions, or the same as a JSON text, as LiveTalking has it.
 * @throws {OratorError} `request/invalid`; `engine/unavailable` for clips of pictures, which need an engine that plays them.
 */
export function readActions(config: unknown): readonly Action[] {
  const list = z.array(z.unknown()).max(MOST_ACTIONS).safeParse(parsed(config));
  if (!list.success) throw new OratorError('request/invalid', `custom_config is a list of at most ${MOST_ACTIONS}.`);
  const actions = list.data.map(readAction);
  const numbers = new Set(actions.map(({ audiotype }) => audiotype));
  if (numbers.size < actions.length) {
    throw new OratorError('request/invalid', 'custom_config has an audiotype twice. Give each its own number.');
  }
  return actions;
}

function parsed(config: unknown): unknown {
  if (config === undefined || config === null || config === '') return [];
  if (typeof config !== 'string') return config;
  try {
    return JSON.parse(config);
  } catch {
    throw new OratorError('request/invalid', 'custom_config is a list as JSON. This was not.');
  }
}

function readAction(given: unknown): Action {
  if (typeof given === 'object' && given !== null && PATHS.some((field) => field in given)) {
    throw new OratorError(
      'engine/unavailable',
      'custom_config: imgpath and audiopath name files of the server, and no engine here plays clips of pictures. Name emotion, gaze or gesture (nod, shake), and the id of an uploaded recording as audio.',
    );
  }
  const { success, data, error } = action.safeParse(given);
  if (!success) {
    const { path, message } = error.issues[0]!;
    throw new OratorError('request/invalid', `custom_config: ${path.join('.') || 'an action'}: ${message}.`);
  }
  if (data.audiotype === IDLE && (data.audio !== undefined || data.gesture !== undefined)) {
    throw new OratorError(
      'request/invalid',
      `custom_config: audiotype ${IDLE} is the idle state: no audio, no gesture.`,
    );
  }
  return data;
}
