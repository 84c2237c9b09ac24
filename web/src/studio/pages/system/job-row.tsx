import type { Job } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { ExternalLink, RotateCw, ScrollText } from 'lucide-react';
import { useState } from 'react';
import { Link } from '../../app/navigation.tsx';
import { isOpen } from '../../service/job-lists.ts';
import { orator, queries } from '../../service/orator.ts';
import { JOBS } from '../../strings/jobs.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { SYSTEM } from '../../strings/system.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { JobProgress, JobState } from '../../ui/job-state.tsx';
import { LogLines } from './log-lines.tsx';
import { useMayAdmin } from './may-admin.ts';

/** Letters of an id that tell two jobs apart. */
const ID_LETTERS = 8;

/** A job: where it stands, why it failed and what to do, and what can be done with it. */
export function JobRow({ job }: { readonly job: Job }) {
  const say = useText(SYSTEM);
  const jobs = useText(JOBS);
  const shared = useText(SHARED);
  const { ago, date } = useFormats();
  const mayAdmin = useMayAdmin();
  const [readsLog, setReadsLog] = useState(false);
  const act = useMutation({
    mutationFn: (what: 'cancel' | 'retry') => (what === 'cancel' ? orator.cancelJob(job.id) : orator.retryJob(job.id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['listJobs'] }),
  });
  const [work, engine] = job.kind.split('.');
  const isAvatar = work === 'avatar';
  return (
    <Card className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <JobState job={job} />
        <div className="min-w-0 grow">
          <p className="font-medium">
            {jobs.find(`kind.${work}`) ?? work} <span className="font-normal text-soft">· {engine}</span>
          </p>
          <p className="text-faint text-sm">
            <time dateTime={job.createdAt} title={date(job.createdAt)}>
              {ago(job.createdAt)}
            </time>
            {job.attempt > 1 && ` · ${say('attempt', { count: job.attempt })}`}
            {job.priority !== 0 && ` · ${say('priority', { priority: job.priority })}`} ·{' '}
            <code dir="ltr" title={job.id}>
              {job.id.slice(0, ID_LETTERS)}
            </code>
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {job.state === 'completed' && job.asset && (
            <Link
              to={isAvatar ? `/avatars?avatar=${job.asset}` : `/library?clip=${job.asset}`}
              className={buttonClass('plain', 'small')}
            >
              <ExternalLink className="size-4 rtl:-scale-x-100" aria-hidden="true" />
              {say('open')}
            </Link>
          )}
          {mayAdmin && (
            <Button kind="quiet" size="small" onClick={() => setReadsLog(true)}>
              <ScrollText className="size-4" aria-hidden="true" />
              {say('log')}
            </Button>
          )}
          {isOpen(job) && (
            <Button kind="danger" size="small" busy={act.isPending} onClick={() => act.mutate('cancel')}>
              {jobs('cancel')}
            </Button>
          )}
          {job.state === 'cancelled' && (
            <Button size="small" busy={act.isPending} onClick={() => act.mutate('retry')}>
              <RotateCw className="size-4" aria-hidden="true" />
              {shared('retry')}
            </Button>
          )}
        </div>
      </div>
      <JobProgress job={job} />
      {job.state === 'failed' && (
        <ErrorState error={job}>
          <Button size="small" busy={act.isPending} onClick={() => act.mutate('retry')}>
            <RotateCw className="size-4" aria-hidden="true" />
            {shared('retry')}
          </Button>
        </ErrorState>
      )}
      {act.error && <ErrorState error={act.error} />}
      {readsLog && (
        <Dialog title={say('log')} hint={job.id} open onClose={() => setReadsLog(false)} wide>
          <LogLines id={job.id} />
        </Dialog>
      )}
    </Card>
  );
}
