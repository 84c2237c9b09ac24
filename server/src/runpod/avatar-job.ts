import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import { withoutSecrets } from './secrets.ts';

/** What a caller may ask to be called: it becomes a file name, so nothing that leads elsewhere. */
const AVATAR_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** S3 keys have 1024 bytes at most, of which the avatar's own name takes 132. */
const LONGEST_PREFIX = 800;

/** Python callers send `null` for what they leave out. */
const left = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

/** What a job asks for: the `input` of the requirement, field by field. */
export const avatarInput = z.object({
  video_url: z
    .string()
    .max(8192)
    .regex(/^https?:\/\/\S+$/i, 'has to be an http(s) URL'),
  avatar_id: z
    .string()
    .regex(AVATAR_ID, 'may have letters, digits, ".", "_" and "-", at most 128, and begins with a letter or digit')
    .refine((id) => !id.includes('..'), 'must not contain ".."'),
  model: z
    .string()
    .max(64)
    .nullish()
    .transform((model) => model ?? 'wav2lip'),
  s3_bucket: left(z.string().regex(BUCKET, 'is no bucket name')),
  s3_prefix: left(
    z
      .string()
      .max(LONGEST_PREFIX)
      .transform((prefix) => prefix.replace(/^\/+|\/+$/g, ''))
      .refine((prefix) => isPlainPath(prefix), 'must not contain "..", "\\" or control characters'),
  ),
  /** Side of the stored faces: 96 as the contract says, 256 as LiveTalking plays since 2025. */
  face_size: left(z.union([z.literal(96), z.literal(256)])),
});

/** A checked order for an avatar. */
export type AvatarInput = z.infer<typeof avatarInput>;

/** What a job answers: the `output` of the requirement. */
export const avatarOutput = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    avatar_id: z.string(),
    model: z.string().optional(),
    num_frames: z.int().nonnegative(),
    upload_url: z.string().regex(/^https?:\/\/\S+$/i),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

/** One of the two answers. */
export type AvatarOutput = z.infer<typeof avatarOutput>;

/** What a builder made. */
export interface BuiltAvatar {
  readonly numFrames: number;
  /** A presigned link to the TAR. */
  readonly uploadUrl: string;
}

/** Does what the order says. What it throws as an OratorError is told to the caller word for word. */
export type BuildAvatar = (
  input: AvatarInput,
  progress: (value: unknown) => void,
  signal: AbortSignal,
) => Promise<BuiltAvatar>;

/** What a worker runs for each job. What it throws counts as a crash. */
export type Handler = (
  input: unknown,
  progress: (value: unknown) => void,
  signal: AbortSignal,
) => Promise<Readonly<Record<string, unknown>>>;

/** Where an avatar is stored in its bucket: `avatars/42/{avatar_id}.tar`. */
export const avatarKey = ({ avatar_id, s3_prefix }: AvatarInput, defaultPrefix = ''): string => {
  const prefix = s3_prefix || defaultPrefix.replace(/^\/+|\/+$/g, '');
  return prefix ? `${prefix}/${avatar_id}.tar` : `${avatar_id}.tar`;
};

/** A handler that checks the order, lets `build` do it, and answers what went wrong in the contract's way. */
export function avatarHandler(build: BuildAvatar, models: readonly string[] = ['wav2lip']): Handler {
  return async (given, progress, signal) => {
    const checked = avatarInput.safeParse(given);
    if (!checked.success) return refusal(wrongField(checked.error));
    const input = checked.data;
    if (!models.includes(input.model)) return refusal(`Unsupported model: ${input.model}`);
    try {
      const { numFrames, uploadUrl } = await build(input, progress, signal);
      return {
        status: 'success',
        avatar_id: input.avatar_id,
        model: input.model,
        num_frames: numFrames,
        upload_url: uploadUrl,
      } satisfies AvatarOutput;
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof OratorError) || thrown.code === 'internal') throw thrown;
      return refusal(withoutSecrets(thrown.message));
    }
  };
}

const refusal = (error: string): AvatarOutput => ({ status: 'error', error });

function wrongField({ issues }: z.ZodError): string {
  const { path, message } = issues[0]!;
  return `Invalid input: ${path.join('.') || 'input'} ${message}`;
}

function isPlainPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\\\u0000-\u001f\u007f]/.test(path) && !path.split('/').includes('..');
}
