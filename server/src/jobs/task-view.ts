import type { JobRow } from '../store/tables.ts';
import { jobOf } from './job.ts';

/** What the idempotency key of a job begins with that somebody asked for as LiveTalking's callers do. */
const MARK = 'livetalking:';

/** An avatar job in the words of LiveTalking's tasks. Times are seconds since 1970. */
export interface AvatarTask {
  readonly task_id: string;
  readonly model_type: string;
  readonly avatar_id: string;
  readonly status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
  /** 0..100. */
  readonly progress: number;
  readonly error_msg: string;
  readonly notify_url: string | null;
  readonly start_time: number;
  readonly end_time: number | null;
  /** Seconds, so far or in all. */
  readonly duration: number;
}

/** The idempotency key of a task: one that is ordered twice is one. */
export const keyOfTask = (id: string) => `${MARK}${id}`;

/** Whether a job was asked for as LiveTalking's callers do. */
export const isTask = ({ idempotency_key: key }: JobRow): boolean => key?.startsWith(MARK) ?? false;

/** Writes an avatar job as LiveTalking's callers know it. */
export function taskOf(row: JobRow, now = Date.now()): AvatarTask {
  const job = jobOf(row);
  const start = row.created_at.getTime() / 1000;
  const end = row.finished_at && row.finished_at.getTime() / 1000;
  const share = job.state === 'processing' ? (job.progress?.share ?? 0) : 0;
  return {
    task_id: isTask(row) ? row.idempotency_key!.slice(MARK.length) : row.id,
    model_type: row.kind.slice('avatar.'.length),
    avatar_id: String(row.request.name),
    status: job.state === 'processing' ? 'running' : job.state,
    progress: job.state === 'completed' ? 100 : Math.round(share * 100),
    error_msg: job.state === 'failed' ? job.message : '',
    notify_url: row.webhook,
    start_time: start,
    end_time: end,
    duration: (end ?? now / 1000) - start,
  };
}
