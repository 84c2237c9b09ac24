import { z } from 'zod';
import type { AssetRow } from '../store/tables.ts';
import { LIVE_PREFIX } from '../stream/recording.ts';

/** A file as its owner sees it. */
export const assetView = z
  .object({
    id: z.string(),
    kind: z.enum(['upload', 'clip', 'avatar']),
    name: z.string(),
    type: z.string().meta({ description: 'Media type, from what the file holds' }),
    bytes: z.int(),
    sha256: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    content: z.string().meta({ description: 'Where the file itself is' }),
    job: z.string().nullable().meta({ description: 'The job that made it, while that is listed' }),
    said: z.string().nullable().meta({ description: 'How the text begins that it says, where the job had one' }),
    live: z.boolean().meta({ description: 'Whether it was recorded in a live session' }),
  })
  .meta({ id: 'Asset', description: 'A stored file' });

/** A file, with what is known of the job that made it. */
export type MadeAsset = AssetRow & { readonly job?: string | null; readonly said?: string | null };

/** Reads a row of the table for its owner. */
export const assetViewOf = (row: MadeAsset): z.infer<typeof assetView> => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  type: row.type,
  bytes: row.bytes,
  sha256: row.sha256,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  content: `/api/v1/assets/${row.id}/content`,
  job: row.job ?? null,
  said: row.said ?? null,
  live: row.storage_key.startsWith(LIVE_PREFIX),
});
