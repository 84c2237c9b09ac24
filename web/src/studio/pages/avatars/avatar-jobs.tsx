import { isEnded } from '@orator/client/follow-job';
import type { Job } from '@orator/client/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { RotateCw, X } from 'lucide-react';
import { useKept } from '../../keep/kept.ts';
import { useFollowedJob } from '../../service/followed-job.ts';
import { isOpen, lookAgain } from '../../service/job-lists.ts';
import { orator, queries } from '../../service/orator.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { JOBS } from '../../strings/jobs.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { JobProgress, JobState } from '../../ui/job-state.tsx';

const KINDS = ['avatar.portrait', 'avatar.wav2lip', 'avatar.musetalk'] as const;
/** So many are followed by events; browsers have few connections for one service. */
const MOST_FOLLOWED = 2;
const LISTED = 20;
/** So many that failed are remembered as seen. */
const MOST_SEEN = 200;

/** Avatars that are being built, and those of which it failed, until somebody has seen it. */
export function AvatarJobs() {
  const say = useText(AVATARS);
  const [seen, setSeen] = useKept<readonly string[]>('avatars.seen', []);
  const { data } = useQuery({
    queryKey: ['listJobs', 'avatars'],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(KINDS.map((kind) => orator.listJobs({ kind, limit: LISTED }, { signal })));
      return lists.flatMap(({ jobs }) => jobs).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
    refetchInterval: ({ state }) => lookAgain(state.data),
  });
  const shown = (data ?? []).filter((job) => isOpen(job) || (job.state === 'failed' && !seen.includes(job.id)));
  if (shown.length === 0) return null;
  const running = shown.filter(isOpen).slice(-MOST_FOLLOWED);
  const dismiss = (id: string) => setSeen([...seen.slice(-MOST_SEEN), id]);
  return (
    <ul aria-label={say('building')} className="mb-6 grid grid-cols-1 gap-4 lg:grid-cols-2">
      {shown.map((job) => (
        <li key={job.id}>
          <AvatarJob job={job} follow={running.includes(job)} onDismiss={() => dismiss(job.id)} />
        </li>
      ))}
    </ul>
  );
}

function AvatarJob({ job: listed, follow, onDismiss }: { job: Job; follow: boolean; onDismiss: () => void }) {
  const say = useText(AVATARS);
  const jobs = useText(JOBS);
  const shared = useText(SHARED);
  const { ago } = useFormats();
  const followed = useFollowedJob(follow ? listed.id : undefined).job;
  const job = followed ?? listed;
  const act = useMutation({
    mutationFn: (what: 'cancel' | 'retry') => (what === 'cancel' ? orator.cancelJob(job.id) : orator.retryJob(job.id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['listJobs'] }),
  });
  return (
    <Card className="flex h-full flex-col gap-3 p-4">
      <div className="flex items-center gap-3">
        <JobState job={job} />
        <p className="min-w-0 grow truncate">
          {say(job.kind === 'avatar.portrait' ? 'from.photo' : 'from.video')}
          <span className="text-faint"> · {ago(job.createdAt)}</span>
        </p>
        {!isEnded(job) && (
          <Button kind="danger" size="small" busy={act.isPending} onClick={() => act.mutate('cancel')}>
            {jobs('cancel')}
          </Button>
        )}
        {job.state === 'failed' && (
          <Button kind="quiet" size="icon" aria-label={shared('close')} onClick={onDismiss}>
            <X className="size-5" aria-hidden="true" />
          </Button>
        )}
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
    </Card>
  );
}
