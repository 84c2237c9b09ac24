import type { ErrorCode } from '@orator/core/base/errors';
import type { Generated, Insertable, JSONColumnType, Selectable } from 'kysely';

/** What each table holds, as Kysely reads it. `migrations.ts` makes them. */
export interface Tables {
  readonly keys: KeyTable;
  readonly assets: AssetTable;
  readonly jobs: JobTable;
  readonly deliveries: DeliveryTable;
  readonly secrets: SecretTable;
  readonly uploads: UploadTable;
  readonly pieces: PieceTable;
}

/** API keys: only their hashes are kept. */
export interface KeyTable {
  id: string;
  name: string;
  /** SHA-256 of the key, hex. */
  hash: string;
  scopes: JSONColumnType<readonly string[]>;
  created_at: Generated<Date>;
  revoked_at: Date | null;
}

/** Files that somebody uploaded or a job made. */
export interface AssetTable {
  id: string;
  owner: string;
  kind: 'upload' | 'clip' | 'avatar';
  /** Where the storage keeps it. */
  storage_key: string;
  /** The name it is offered under. */
  name: string;
  type: string;
  bytes: number;
  sha256: string;
  created_at: Generated<Date>;
  expires_at: Date | null;
}

/** Work that somebody asked for. */
export interface JobTable {
  id: string;
  owner: string;
  /** What kind of work, which is also the name of its queue: `video.portrait`. */
  kind: string;
  request: JSONColumnType<Record<string, unknown>>;
  state: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  outcome: 'success' | 'fallback' | null;
  /** Tries so far, the running one included; it only goes up, and fences off who tried before. */
  attempt: number;
  /** Tries allowed in all; more are allowed after a retry or a hand-over. */
  most_attempts: number;
  priority: number;
  progress: JSONColumnType<Record<string, unknown>> | null;
  result: JSONColumnType<Record<string, unknown>> | null;
  asset_id: string | null;
  error_code: ErrorCode | null;
  error_message: string | null;
  idempotency_key: string | null;
  /** SHA-256 of the request, so that a key is not used for another one. */
  request_hash: string;
  correlation_id: string;
  worker: string | null;
  /** Who is told when it is over. */
  webhook: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
}

/** News of jobs that are over, for whoever asked to be told. */
export interface DeliveryTable {
  id: string;
  owner: string;
  job_id: string;
  url: string;
  /** The JSON that is sent, the same at every try. */
  body: string;
  attempts: Generated<number>;
  /** What was answered last, or why nothing was. */
  last_status: number | null;
  last_error: string | null;
  created_at: Generated<Date>;
  delivered_at: Date | null;
}

/** Secrets that all processes of a service share. */
export interface SecretTable {
  name: string;
  value: string;
}

/** Files that come in parts, of which some may be missing yet. */
export interface UploadTable {
  /** Also the id of the asset that it becomes. */
  id: string;
  owner: string;
  name: string | null;
  /** What the sender said of it, as it was said. */
  metadata: string;
  /** How long the whole file is. */
  bytes: number;
  /** How much of it is safe. */
  received: Generated<number>;
  /** Who may add to it: the latest request that began to. */
  writer: string | null;
  created_at: Generated<Date>;
  expires_at: Date;
  /** When it became an asset. */
  finished_at: Date | null;
}

/** What has come of an upload, piece by piece. */
export interface PieceTable {
  upload_id: string;
  /** Where in the file its first byte is. */
  starts_at: number;
  storage_key: string;
}

/** Rows as they are read and written. */
export type KeyRow = Selectable<KeyTable>;
export type AssetRow = Selectable<AssetTable>;
export type NewAsset = Insertable<AssetTable>;
export type JobRow = Selectable<JobTable>;
export type DeliveryRow = Selectable<DeliveryTable>;
export type UploadRow = Selectable<UploadTable>;
export type PieceRow = Selectable<PieceTable>;
