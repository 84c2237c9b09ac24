import type { ErrorCode } from '@orator/core/base/errors';
import type { JobRow } from '../store/tables.ts';

/** How far a running job is. */
export interface JobProgress {
  readonly stage: string;
  readonly frames?: number;
  /** Frames made per second so far. */
  readonly fps?: number;
  /** 0..1, where the whole is known. */
  readonly share?: number;
  /** Seconds that are left, as far as can be told. */
  readonly etaSeconds?: number;
}

interface JobFacts {
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly priority: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A job as its owner sees it: each state carries just its own fields. */
export type Job = JobFacts &
  (
    | { readonly state: 'pending' }
    | { readonly state: 'processing'; readonly progress: JobProgress | null }
    | {
        readonly state: 'completed';
        readonly outcome: 'success' | 'fallback';
        readonly assetId: string | null;
        readonly result: Readonly<Record<string, unknown>>;
      }
    | { readonly state: 'failed'; readonly code: ErrorCode; readonly message: string }
    | { readonly state: 'cancelled' }
  );

/** Reads a row of the table as a job. */
export function jobOf(row: JobRow): Job {
  const facts = {
    id: row.id,
    kind: row.kind,
    attempt: row.attempt,
    priority: row.priority,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  switch (row.state) {
    case 'pending':
    case 'cancelled':
      return { ...facts, state: row.state };
    case 'processing':
      return { ...facts, state: row.state, progress: row.progress as JobProgress | null };
    case 'completed':
      return {
        ...facts,
        state: row.state,
        outcome: row.outcome ?? 'success',
        assetId: row.asset_id,
        result: row.result ?? {},
      };
    case 'failed':
      return {
        ...facts,
        state: row.state,
        code: row.error_code ?? 'internal',
        message: row.error_message ?? 'The job failed.',
      };
  }
}

/** Whether nothing more will happen to it unless somebody asks. */
export const isOver = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled';
