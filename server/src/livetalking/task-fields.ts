import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { avatarName, avatarRequestOf } from '../api/avatar-order.ts';
import { avatarModel } from '../api/avatar-view.ts';
import { takePart } from '../api/form-body.ts';
import { LONGEST_URL } from '../api/uploads.ts';
import type { AvatarRequest } from '../jobs/avatar-job.ts';
import type { Intake } from '../uploads/intake.ts';

/** A form has so many of LiveTalking's fields beside its file. */
const MOST_FIELDS = 20;
/** The only margins around a face, in pixels: LiveTalking's usual ones. */
const PADS = '0 10 0 0';
const MISSING = 'model and avatar_id are required';

const word = z.string().nullish();
/** Fields of a task that have an effect here; those for MuseTalk and for the use of memory have none. */
const fields = z.object({
  model: word,
  avatar_id: word,
  /** LiveTalking reads files of its server; here it is the id of an upload, or an address. */
  video_path: z.string().max(LONGEST_URL).nullish(),
  img_size: z.coerce.number().default(256),
  pads: z.union([z.string(), z.array(z.number()).transform((sides) => sides.join(' '))]).default(PADS),
  nosmooth: z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === 'true')]).default(false),
  task_id: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'letters, digits, dots, dashes and underlines, at most 64')
    .nullish(),
  notifyurl: z.string().max(2000).nullish(),
});

/** A task that somebody asks for. */
export interface TaskOrder {
  readonly order: AvatarRequest;
  readonly taskId: string | undefined;
  readonly notifyUrl: string | undefined;
}

/**
 * Reads a task: JSON, or a form with the video as `video_file`, which becomes an upload of its sender's. A photo goes in the same field
 * for the model `portrait`.
 * @throws {OratorError} `request/invalid`, `engine/unavailable`, and what `Intake.take` throws.
 */
export async function readTask(request: FastifyRequest, intake: Intake): Promise<TaskOrder> {
  const { given, upload } = request.isMultipart() ? await readForm(request, intake) : { given: request.body };
  const parsed = fields.safeParse(given ?? {});
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new OratorError('request/invalid', `${path.join('.') || 'The task'}: ${message}.`);
  }
  const { data } = parsed;
  const source = upload ?? data.video_path;
  if (!data.model || !data.avatar_id) throw new OratorError('request/invalid', MISSING);
  if (!source) throw new OratorError('request/invalid', 'video_file or video_path is required');
  return {
    order: orderOf(data.model, data.avatar_id, source, data),
    taskId: data.task_id ?? undefined,
    notifyUrl: data.notifyurl ?? undefined,
  };
}

function orderOf(model: string, avatarId: string, source: string, options: z.output<typeof fields>): AvatarRequest {
  const known = avatarModel.safeParse(model);
  if (!known.success) throw new OratorError('request/invalid', `Unsupported model type: ${model.slice(0, 64)}`);
  const name = avatarName.safeParse(avatarId);
  if (!name.success) throw new OratorError('request/invalid', `avatar_id: ${name.error.issues[0]!.message}.`);
  const common = { name: name.data, priority: 0 };
  if (known.data === 'portrait') return avatarRequestOf({ ...common, model: 'portrait', image: source });
  const { img_size: faceSize, pads, nosmooth } = options;
  if (faceSize !== 96 && faceSize !== 256) throw new OratorError('request/invalid', 'img_size is 96 or 256.');
  if (pads.trim() !== PADS) throw new OratorError('request/invalid', `pads is always "${PADS}" here. Leave it out.`);
  if (nosmooth) throw new OratorError('request/invalid', 'Boxes are always smoothed here. Leave nosmooth out.');
  return avatarRequestOf({ ...common, model: known.data, video: source, faceSize });
}

async function readForm(request: FastifyRequest, intake: Intake) {
  const given: Record<string, unknown> = {};
  let upload: string | undefined;
  for await (const part of request.parts({ limits: { fields: MOST_FIELDS } })) {
    if (part.type !== 'file') given[part.fieldname] = part.value;
    else if (part.fieldname === 'video_file') {
      upload = (await takePart(intake, request.caller.owner, part)).id;
    } else part.file.resume();
  }
  return { given, upload };
}
