import type { Job } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { FileArchive, Play, Plus, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Link } from '../../app/navigation.tsx';
import { orator, queries } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState, useProblem } from '../../ui/error-state.tsx';
import { JobProgress, JobState } from '../../ui/job-state.tsx';
import { Progress } from '../../ui/progress.tsx';
import { type Batch, type BatchRow, useBatchJobs, useOrdering } from './batch.ts';
import { type ZipClip, zipOf } from './results-zip.ts';

type DoneJob = Extract<Job, { readonly state: 'completed' }>;

/** A batch that was begun: how far each clip is, what failed and can be tried again, and all that is done as one file. */
export function BatchTable({ batch, onBatch }: { batch: Batch; onBatch: (batch: Batch | null) => void }) {
  const say = useText(LIBRARY);
  useOrdering(batch, onBatch);
  const jobs = useBatchJobs(batch);
  const jobOf = (row: BatchRow) => (row.job ? jobs.get(row.job) : undefined);
  const done = batch.rows.filter((row) => jobOf(row)?.state === 'completed');
  const failed = batch.rows.filter(
    (row) => row.problem || jobOf(row)?.state === 'failed' || jobOf(row)?.state === 'cancelled',
  );
  const retry = useMutation({
    mutationFn: async (rows: readonly BatchRow[]) => {
      for (const { job } of rows) if (job) await orator.retryJob(job);
    },
    onSettled: (_data, _error, rows) => {
      const refused = new Set(rows.filter(({ problem }) => problem).map(({ key }) => key));
      if (refused.size > 0) {
        onBatch({ ...batch, rows: batch.rows.map((row) => (refused.has(row.key) ? { ...row, problem: null } : row)) });
      }
      void queries.invalidateQueries({ queryKey: ['listJobs'] });
    },
  });
  const clips = done.map((row): ZipClip => {
    const { asset, outcome } = jobOf(row) as DoneJob;
    return { asset: asset!, outcome, name: row.name, text: row.text };
  });
  return (
    <div className="flex flex-col gap-5">
      <Card className="flex flex-col gap-4 p-5">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p role="status" className="font-semibold text-lg">
            {say('batch.done', { done: done.length, count: batch.rows.length })}
            {failed.length > 0 && (
              <span className="text-danger"> · {say('batch.failed', { count: failed.length })}</span>
            )}
          </p>
          <div className="flex flex-wrap gap-2">
            {failed.length > 0 && (
              <Button busy={retry.isPending} onClick={() => retry.mutate(failed)}>
                <RotateCw className="size-5" aria-hidden="true" />
                {say('batch.retry')}
              </Button>
            )}
            <ZipButton clips={clips} begun={batch.begun} />
            <Button kind="quiet" onClick={() => onBatch(null)}>
              <Plus className="size-5" aria-hidden="true" />
              {say('batch.new')}
            </Button>
          </div>
        </div>
        <Progress label={say('batch.progress')} share={shareOf(batch.rows.map(jobOf))} />
        {retry.error && <ErrorState error={retry.error} />}
      </Card>
      <Card className="overflow-hidden">
        <table className="w-full text-start">
          <thead className="border-line border-b text-faint text-sm max-sm:sr-only">
            <tr>
              <th className="px-4 py-3 text-start font-medium">{say('batch.text')}</th>
              <th className="w-48 px-4 py-3 text-start font-medium">{say('batch.state')}</th>
              <th className="w-40 px-4 py-3 text-end font-medium">
                <span className="sr-only">{say('batch.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {batch.rows.map((row) => (
              <Row
                key={row.key}
                row={row}
                job={jobOf(row)}
                onRetry={() => retry.mutate([row])}
                busy={retry.isPending && retry.variables.includes(row)}
              />
            ))}
          </tbody>
        </table>
      </Card>
    </div>
  );
}

/** How much of all is done, 0..1, what is being done included. */
const shareOf = (jobs: readonly (Job | undefined)[]) =>
  jobs.reduce((sum, job) => {
    if (job?.state === 'completed') return sum + 1;
    return sum + (job?.state === 'processing' ? (job.progress?.share ?? 0) : 0);
  }, 0) / jobs.length;

function Row({
  row,
  job,
  busy,
  onRetry,
}: {
  readonly row: BatchRow;
  readonly job: Job | undefined;
  readonly busy: boolean;
  readonly onRetry: () => void;
}) {
  const say = useText(LIBRARY);
  const shared = useText(SHARED);
  const failure = row.problem ?? (job?.state === 'failed' ? job : null);
  const problem = useProblem(failure);
  const isOver = failure !== null || job?.state === 'cancelled';
  return (
    <tr className="max-sm:grid max-sm:gap-2 max-sm:p-4">
      <td className="sm:px-4 sm:py-3">
        <p className="line-clamp-2" dir="auto">
          {row.text}
        </p>
        <p className="text-faint text-sm">
          <bdi>{row.name}</bdi>
          {row.voice && <> · {row.voice}</>}
        </p>
        {problem && (
          <p className="mt-1 text-danger text-sm">
            <span className="font-medium">{problem.title}</span>{' '}
            {problem.detail && (
              <span className="text-soft" dir="auto">
                {problem.detail}
              </span>
            )}
          </p>
        )}
        {job?.state === 'processing' && (
          <div className="mt-2">
            <JobProgress job={job} />
          </div>
        )}
      </td>
      <td className="sm:px-4 sm:py-3">
        <JobState job={row.problem ? { state: 'failed' } : (job ?? { state: 'pending' })} />
      </td>
      <td className="text-end max-sm:text-start sm:px-4 sm:py-3">
        {job?.state === 'completed' && job.asset && (
          <Link to={`/library?clip=${job.asset}`} className={buttonClass('plain', 'small')}>
            <Play className="size-4" aria-hidden="true" />
            {say('batch.open')}
          </Link>
        )}
        {isOver && (
          <Button size="small" busy={busy} onClick={onRetry}>
            <RotateCw className="size-4" aria-hidden="true" />
            {shared('retry')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function ZipButton({ clips, begun }: { readonly clips: readonly ZipClip[]; readonly begun: string }) {
  const say = useText(LIBRARY);
  const [count, setCount] = useState(0);
  const zip = useMutation({
    mutationFn: async () => {
      setCount(0);
      const blob = await zipOf(clips, { signal: new AbortController().signal, onClip: setCount });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = `clips-${begun.slice(0, 10)}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
  return (
    <>
      <Button kind="primary" disabled={clips.length === 0} busy={zip.isPending} onClick={() => zip.mutate()}>
        <FileArchive className="size-5" aria-hidden="true" />
        {zip.isPending ? say('zip.packing', { done: count, count: clips.length }) : say('zip', { count: clips.length })}
      </Button>
      {zip.error && <ErrorState error={zip.error} onRetry={() => zip.mutate()} />}
    </>
  );
}
