import { z } from 'zod';
import { OratorError } from '../base/errors.ts';
import { EMOTION_NAMES } from '../motion/emotions.ts';
import { parseEmotions } from './emotion-list.ts';

/** All that can be asked of a render. One schema: command-line flags, request bodies and forms are made from it. */
export const renderRequest = z.strictObject({
  engine: z.string().default('portrait').meta({ title: 'What animates the face', values: 'portrait, wav2lip' }),
  model: z
    .string()
    .max(40)
    .optional()
    .meta({ title: 'Weights, where an engine has several; else the first that is here', value: 'NAME' }),
  text: z.string().optional().meta({ title: 'What to say; with a recording, what is said in it', value: 'TEXT' }),
  voice: z.string().default('en-us').meta({ title: 'Voice that speaks the text', value: 'ID' }),
  rate: z.number().min(0.5).max(2).default(1).meta({ title: 'Speaking rate' }),
  pitch: z.number().min(0).max(2).default(1).meta({ title: 'Pitch of the voice' }),
  volume: z.number().min(0).max(2).default(1).meta({ title: 'Loudness of the voice' }),
  size: z
    .enum(['auto', '512', '720p', '1080p', '4k', 'source'])
    .default('auto')
    .meta({ title: 'Short side of the clip; auto is 512 for a picture and source for a video' }),
  fps: z.int().min(10).max(60).default(25).meta({ title: 'Frames per second' }),
  crop: z.enum(['auto', 'full', 'square']).default('auto').meta({ title: 'How much of the picture is shown' }),
  face: z
    .union([z.enum(['largest', 'left']), z.int().min(0).max(99)])
    .default('largest')
    .meta({
      title: 'Which face speaks, when there are several',
      values: 'largest, left, or a number counted from the left, from 0',
    }),
  emotion: z
    .string()
    .max(2000)
    .default('neutral')
    .meta({ title: 'Emotion, or a list with times: neutral@0,happy:0.8@2.5', values: EMOTION_NAMES.join(', ') }),
  intensity: z.number().min(0).max(1).default(0.5).meta({ title: 'Strength of the emotion' }),
  headMotion: z.number().min(0).max(2).default(1).meta({ title: 'Liveliness of the head' }),
  gaze: z.enum(['natural', 'camera', 'away']).default('natural').meta({ title: 'Where the eyes look' }),
  blink: z.number().min(0).max(3).default(1).meta({ title: 'How often the eyes blink; 0 = never' }),
  seed: z.int().min(0).max(4294967295).default(1).meta({ title: 'Same seed, same clip' }),
  maxDuration: z.number().min(0).default(3600).meta({ title: 'Longest sound accepted; 0 = any', unit: 's' }),
});

/** A checked request: every option has its value. */
export type RenderRequest = z.infer<typeof renderRequest>;

/**
 * Checks a request from outside.
 * @throws {OratorError} `request/invalid`, with one sentence for the first thing that is wrong.
 */
export function parseRequest(input: unknown): RenderRequest {
  const parsed = renderRequest.safeParse(input);
  if (!parsed.success) throw new OratorError('request/invalid', sentenceFor(parsed.error.issues[0]!));
  parseEmotions(parsed.data.emotion, parsed.data.intensity); // refused here rather than after minutes of work
  return parsed.data;
}

function sentenceFor(issue: z.core.$ZodIssue): string {
  const name = `The option ${issue.path.join('.')}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `There is no option "${issue.keys[0]}". See the list of options with --help.`;
    case 'too_big':
      return `${name} must be at most ${issue.maximum}.`;
    case 'too_small':
      return `${name} must be at least ${issue.minimum}.`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values.join(', ')}.`;
    case 'invalid_type':
      return `${name} must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}.`;
    case 'invalid_union':
      return `${name} must be ${fieldHint(issue.path.join('.'))}.`;
    default:
      return `${name} is wrong: ${issue.message}.`;
  }
}

const fieldHint = (name: string) =>
  String((renderRequest.shape as Record<string, z.ZodType>)[name]?.meta()?.values ?? 'one of the allowed values');
