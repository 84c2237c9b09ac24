import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { timedOutMessage } from '../avatars/refusals.ts';
import { avatarInput, avatarOutput } from './avatar-job.ts';
import { withoutSecrets } from './secrets.ts';

/** An avatar that is wanted. */
export interface AvatarOrder {
  /** A presigned link to the training video. */
  readonly videoUrl: string;
  readonly avatarId: string;
  readonly model?: 'wav2lip' | 'musetalk';
  readonly s3Bucket?: string;
  readonly s3Prefix?: string;
  /** Side of the faces; 96, which the contract has, is not said. */
  readonly faceSize?: 96 | 256;
}

/** What the worker answered. `error` is its message word for word, but for the query of a URL in it. */
export type AvatarAnswer =
  | {
      readonly status: 'success';
      readonly jobId: string;
      readonly avatarId: string;
      readonly model: string;
      readonly numFrames: number;
      /** Presigned: it belongs into no log. */
      readonly uploadUrl: string;
    }
  | { readonly status: 'error'; readonly jobId: string; readonly error: string };

const LONGEST_MESSAGE = 1000;

const answerShape = z.object({
  id: z.string().regex(/^[\w.-]{1,256}$/),
  status: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  executionTime: z.number().optional().catch(undefined),
});
/** An answer about a job. */
export type Answer = z.infer<typeof answerShape>;

/** The body of the requirement, field by field. @throws {OratorError} `request/invalid` */
export function bodyOf({
  videoUrl,
  avatarId,
  model = 'wav2lip',
  s3Bucket,
  s3Prefix,
  faceSize = 96,
}: AvatarOrder): string {
  const input = {
    video_url: videoUrl,
    avatar_id: avatarId,
    model,
    ...(s3Bucket === undefined ? {} : { s3_bucket: s3Bucket }),
    ...(s3Prefix === undefined ? {} : { s3_prefix: s3Prefix }),
    ...(faceSize === 96 ? {} : { face_size: faceSize }),
  };
  const { error } = avatarInput.safeParse(input);
  if (!error) return JSON.stringify({ input });
  const { path, message } = error.issues[0]!;
  throw new OratorError('request/invalid', `${path.join('.')} ${message}.`);
}

/** Reads an answer. @throws {OratorError} `runpod/failed` */
export function readAnswer(text: string): Answer {
  const { success, data } = answerShape.safeParse(parseJson(text));
  if (success) return data;
  throw new OratorError(
    'runpod/failed',
    'RunPod answered something that is no job. Check the endpoint and its address.',
  );
}

/** What an answer says; null while the job goes on. */
export function resultOf(
  { id: jobId, status, output, error, executionTime }: Answer,
  order: AvatarOrder,
  apiKey: string,
): AvatarAnswer | null {
  const say = (given: unknown) => messageOf(given, apiKey, order.videoUrl);
  switch (status) {
    case 'COMPLETED':
      return outputOf(jobId, output, order, say);
    case 'FAILED':
      throw new OratorError('runpod/failed', say(error) ?? 'The worker failed and did not say why.');
    case 'TIMED_OUT': {
      const ran = executionTime === undefined ? undefined : timedOutMessage(Math.round(executionTime / 1000));
      throw new OratorError('runpod/timed-out', ran ?? say(error) ?? 'Processing timed out on RunPod');
    }
    case 'CANCELLED':
      throw new OratorError('cancelled', 'The job was cancelled on RunPod.');
    default:
      return null; // IN_QUEUE, IN_PROGRESS, RUNNING
  }
}

function outputOf(
  jobId: string,
  given: unknown,
  { videoUrl, avatarId, model = 'wav2lip' }: AvatarOrder,
  say: (given: unknown) => string | null,
): AvatarAnswer {
  if (given === undefined || given === null) {
    throw new OratorError('runpod/failed', 'The job was completed without output: its result was lost. Try again.');
  }
  const { success, data, error } = avatarOutput.safeParse(given);
  if (!success) {
    const field = error.issues[0]!.path.join('.') || 'output';
    throw new OratorError('runpod/failed', `The worker's answer has no valid "${field}". Look into its version.`);
  }
  if (data.status === 'error') return { status: 'error', jobId, error: say(data.error) ?? '' };
  if (data.avatar_id !== avatarId || (data.model ?? model) !== model || data.upload_url === videoUrl) {
    throw new OratorError('runpod/failed', 'The worker answered for another avatar or model. Look into its version.');
  }
  const { num_frames: numFrames, upload_url: uploadUrl } = data;
  return { status: 'success', jobId, avatarId, model, numFrames, uploadUrl };
}

/** A text of the other side that can be shown: without keys and presigned links. RunPod's Python worker packs it in JSON. */
function messageOf(given: unknown, ...secrets: readonly string[]): string | null {
  if (typeof given !== 'string' || !given) return null;
  const packed = /^\s*\{/.test(given) ? parseJson(given) : undefined;
  const { success, data } = z.object({ error_message: z.string().min(1) }).safeParse(packed);
  const text = success ? data.error_message : given;
  return withoutSecrets(text, ...secrets).slice(0, LONGEST_MESSAGE);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
