import { z } from 'zod';
import type { ShelvedAvatar } from '../avatars/avatar-shelf.ts';

/** What an avatar is for. */
export const avatarModel = z.enum(['wav2lip', 'musetalk', 'portrait']);

/** An avatar as its owner sees it. */
export const avatarView = z
  .object({
    id: z.string().meta({ description: 'Also the id of the file that holds it' }),
    name: z.string(),
    model: avatarModel,
    faceSize: z.int().nullable().meta({ description: 'Side of the face pictures; null where there are none' }),
    frames: z.int(),
    width: z.int(),
    height: z.int(),
    bytes: z.int().meta({ description: 'Size of the TAR' }),
    sha256: z.string().meta({ description: 'Of the TAR' }),
    createdAt: z.iso.datetime(),
    job: z.string().nullable().meta({ description: 'The job that made it; null for one that was imported' }),
    picture: z.string().meta({ description: 'Where a small JPEG is' }),
    export: z.string().meta({ description: 'Where the TAR is' }),
  })
  .meta({ id: 'Avatar' });

/** Reads a row for its owner. */
export const avatarViewOf = (row: ShelvedAvatar): z.infer<typeof avatarView> => ({
  id: row.id,
  name: row.name,
  model: row.model,
  faceSize: row.face_size,
  frames: row.frames,
  width: row.width,
  height: row.height,
  bytes: row.bytes,
  sha256: row.sha256,
  createdAt: row.created_at.toISOString(),
  job: row.job_id,
  picture: `/api/v1/avatars/${row.id}/picture`,
  export: `/api/v1/avatars/${row.id}/export`,
});
