import { OratorError } from '@orator/core/base/errors';
import { renderRequest } from '@orator/core/produce/request';
import { z } from 'zod';
import type { AvatarRequest } from '../jobs/avatar-job.ts';
import { avatarModel } from './avatar-view.ts';
import { LONGEST_URL } from './uploads.ts';

/** What LiveTalking can use as the name of a folder. */
export const avatarName = z
  .string()
  .regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'letters, digits, dots, dashes and underlines, at most 128');

/** An avatar that is asked for. */
export const avatarBody = z
  .strictObject({
    model: avatarModel.default('wav2lip').meta({
      description:
        'wav2lip and musetalk come from a training video and go to LiveTalking; portrait is a photo made ready for /videos',
    }),
    video: z
      .string()
      .max(LONGEST_URL)
      .optional()
      .meta({ description: 'The id of an uploaded training video, or the address of one' }),
    image: z
      .string()
      .max(LONGEST_URL)
      .optional()
      .meta({ description: 'For portrait: the id of an uploaded picture, or the address of one' }),
    name: avatarName.default('avatar'),
    faceSize: z
      .union([z.literal(96), z.literal(256)], 'one of 96, 256')
      .optional()
      .meta({
        description: 'For wav2lip: side of the face pictures, 96 unless told; 256 for the LiveTalking of today',
      }),
    face: renderRequest.shape.face.unwrap().optional().meta({ description: 'For portrait: which face of the picture' }),
    priority: z.int().min(-10).max(10).default(0),
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
  })
  .meta({ id: 'AvatarRequest' });

/**
 * What a body asks for, as the job keeps it.
 * @throws {OratorError} `request/invalid` for options that do not go together, `engine/unavailable` for a model that is not here.
 */
export function avatarRequestOf({
  model,
  video,
  image,
  name,
  faceSize,
  face,
}: z.infer<typeof avatarBody>): AvatarRequest {
  if (model === 'musetalk') {
    throw new OratorError(
      'engine/unavailable',
      'Avatars for "musetalk" need its networks, which are not part of this version. Ask for the model "wav2lip".',
    );
  }
  if (model === 'portrait') {
    if (image === undefined) throw new OratorError('request/invalid', 'A portrait needs the id of a picture as image.');
    refuse(model, { video, faceSize });
    return { model, name, image, face: face ?? 'largest' };
  }
  if (video === undefined)
    throw new OratorError('request/invalid', `The model ${model} needs a training video as video.`);
  refuse(model, { image, face });
  return { model, name, video, faceSize: faceSize ?? 96 };
}

function refuse(model: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined)
      throw new OratorError('request/invalid', `The model ${model} has no option ${name}. Leave it out.`);
  }
}
