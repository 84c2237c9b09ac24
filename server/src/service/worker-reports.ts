import type { Receipt } from '@orator/core/produce/receipt';
import type { Logger } from 'pino';
import type { WorkerReports } from '../jobs/worker.ts';
import type { WorkerRecord } from '../jobs/worker-record.ts';
import { outcomeLines } from '../studio/outcome-lines.ts';
import type { Figures } from './figures.ts';

/** Puts what workers do into the log, the figures and the record. */
export function reportsTo(log: Logger, figures: Figures, record: WorkerRecord): WorkerReports {
  const begun = new Map<string, number>();
  return {
    started: ({ row }) => {
      begun.set(row.id, performance.now());
      figures.jobStarted();
      record.started();
      log.info({ correlation_id: row.correlation_id, job: row.id, attempt: row.attempt }, 'job started');
    },
    ended: ({ row }, outcome, { error, finished }) => {
      const elapsed = (performance.now() - (begun.get(row.id) ?? 0)) / 1000;
      begun.delete(row.id);
      figures.jobEnded(row.kind, outcome, error?.code);
      record.ended(row.kind, elapsed, finished?.seconds);
      const receipt = finished?.result.receipt as Receipt | undefined;
      const facts = {
        correlation_id: row.correlation_id,
        ...{ job: row.id, outcome, code: error?.code },
        seconds: Math.round(elapsed * 1000) / 1000,
        reason: receipt?.reason,
        stages: receipt?.timings,
      };
      if (error?.code === 'internal') log.error({ ...facts, err: error }, 'job ended');
      else log.info(facts, 'job ended');
      if (!receipt) return;
      const clip = `/api/v1/assets/${finished!.asset!.id}/content`;
      for (const line of outcomeLines(clip, receipt)) {
        log[receipt.outcome === 'success' ? 'info' : 'warn']({ correlation_id: row.correlation_id, job: row.id }, line);
      }
    },
    troubled: (err) => log.warn({ err }, 'worker trouble'),
  };
}
