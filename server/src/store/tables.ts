import type { ErrorCode } from '@orator/core/base/errors';
import type { Generated, Insertable, JSONColumnType, Selectable } from 'kysely';

/** What each table holds, as Kysely reads it. `migrations.ts` makes them. */
export interface Tables {
  readonly keys: KeyTable;
  readonly assets: AssetTable;
  readonly avatars: AvatarTable;
  readonly jobs: JobTable;
  readonly deliveries: DeliveryTable;
  readonly secrets: SecretTable;
  readonly workers: WorkerTable;
  readonly endpoint_jobs: EndpointJobTable;
  readonly remote_builds: RemoteBuildTable;
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
  /** What it may use; what is not named is as the settings have it. */
  limits: JSONColumnType<Record<string, number>, string | undefined>;
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

/** What is known of avatars beside their files: the id is that of the asset which is the TAR, and with that one they go. */
export interface AvatarTable {
  id: string;
  owner: string;
  name: string;
  model: 'wav2lip' | 'musetalk' | 'portrait';
  /** Side of the stored faces; only Wav2Lip's have some. */
  face_size: number | null;
  frames: number;
  width: number;
  height: number;
  /** The job that made it; none for what was imported. */
  job_id: string | null;
  /** A small JPEG of a frame, from the first time that somebody asked for it. */
  picture: Generated<Uint8Array | null>;
  created_at: Generated<Date>;
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
  /** How many jobs of its owner may run at once; null = as the worker's settings have it. */
  at_once: number | null;
  progress: JSONColumnType<Record<string, unknown>> | null;
  result: JSONColumnType<Record<string, unknown>> | null;
  asset_id: string | null;
  /** Length of what it made, where it is counted. */
  seconds: number | null;
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

/** Processes that work on jobs, as they last said. */
export interface WorkerTable {
  name: string;
  /** What it can do. */
  kinds: JSONColumnType<readonly string[]>;
  /** For each kind that it has done, seconds of video made per second. */
  speeds: JSONColumnType<Record<string, number>>;
  /** Jobs at hand. */
  working: number;
  started_at: Date;
  seen_at: Generated<Date>;
}

/** Jobs of an endpoint that we offer as RunPod does. Times are the service's. */
export interface EndpointJobTable {
  id: string;
  endpoint: string;
  owner: string;
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  /** The order of the queue. */
  place: Generated<string>;
  /** How long a worker may take. */
  execution_ms: number;
  /** What was asked for, what came of it, and what went wrong: JSON as text. */
  request: string;
  output: string | null;
  error: string | null;
  worker: string | null;
  /** Workers that took it since it was last queued by its caller. */
  tries: Generated<number>;
  created_at: Date;
  queued_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  /** When its worker last said that it lives. */
  heard_at: Date | null;
  /** When it will have run too long. */
  overtime_at: Date | null;
  expires_at: Date;
  /** When somebody has to tell its caller, who was not told yet. */
  tell_by: Date | null;
}

/** Avatars that are built on a RunPod endpoint, one a job of ours. */
export interface RemoteBuildTable {
  job_id: string;
  endpoint: string;
  /** The endpoint's own job. */
  runpod_job_id: string;
  /** Whether that may still bring a result; if not, the next try asks anew. */
  is_open: Generated<boolean>;
  submitted_at: Generated<Date>;
  /** Files that come in parts, of which some may be missing yet. */
}

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
export type AvatarRow = Selectable<AvatarTable>;
export type NewAvatar = Insertable<AvatarTable>;
export type JobRow = Selectable<JobTable>;
export type DeliveryRow = Selectable<DeliveryTable>;
export type EndpointJobRow = Selectable<EndpointJobTable>;
export type UploadRow = Selectable<UploadTable>;
export type PieceRow = Selectable<PieceTable>;
