import type { Job, ListJobsQuery } from '@orator/client/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { go, usePlace } from '../../app/navigation.tsx';
import { lookAgain } from '../../service/job-lists.ts';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { SYSTEM } from '../../strings/system.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { JobRow } from './job-row.tsx';

const PAGE = 30;
const STATES = ['all', 'pending', 'processing', 'completed', 'failed', 'cancelled'] as const;

/** The jobs of this key, newest first, as they go on. */
export function JobList() {
  const say = useText(SYSTEM);
  const shared = useText(SHARED);
  const wanted = usePlace().query.get('state');
  const state = STATES.find((one) => one === wanted) ?? 'all';
  const query: ListJobsQuery = { limit: PAGE, ...(state === 'all' ? {} : { state }) };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['listJobs', 'system', state],
    queryFn: ({ pageParam, signal }) =>
      orator.listJobs({ ...query, ...(pageParam && { after: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state: { data: seen } }) => lookAgain(jobsIn(seen?.pages), 5000),
  });
  const jobs = jobsIn(data?.pages);
  return (
    <div className="flex flex-col gap-4">
      <div className="sm:self-start">
        <Choice
          label={say('jobs.filter')}
          value={state}
          options={STATES.map((value) => ({ value, label: say(`jobs.${value}`) }))}
          onChange={(next) => go(next === 'all' ? '/system' : `/system?state=${next}`, { replace: true })}
        />
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <div role="status" aria-label={shared('loading')} className="flex flex-col gap-3">
          {['a', 'b', 'c', 'd'].map((place) => (
            <Skeleton key={place} className="h-20" />
          ))}
        </div>
      )}
      {data && jobs.length === 0 && (
        <EmptyState icon={ListChecks} title={say('jobs.none')} hint={say('jobs.none.hint')} />
      )}
      {jobs.length > 0 && (
        <ul aria-label={say('tab.jobs')} className="flex flex-col gap-3">
          {jobs.map((job) => (
            <li key={job.id}>
              <JobRow job={job} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {say('more')}
        </Button>
      )}
    </div>
  );
}

const jobsIn = (pages: readonly { readonly jobs: readonly Job[] }[] | undefined): readonly Job[] =>
  pages?.flatMap(({ jobs }) => jobs) ?? [];
