import { z } from 'zod';
import type { AssetRow } from '../store/tables.ts';

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
  })
  .meta({ id: 'Asset', description: 'A stored file' });

/** Reads a row of the table for its owner. */
export const assetViewOf = (row: AssetRow): z.infer<typeof assetView> => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  type: row.type,
  bytes: row.bytes,
  sha256: row.sha256,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  content: `/api/v1/assets/${row.id}/content`,
});
