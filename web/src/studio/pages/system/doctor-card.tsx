import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleDashed, RotateCw } from 'lucide-react';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

const MARKS = {
  ok: { icon: CircleCheck, className: 'text-good' },
  missing: { icon: CircleDashed, className: 'text-faint' },
  problem: { icon: CircleAlert, className: 'text-danger' },
} as const;

/** What the doctor finds on the machine of the service, each with what to do about it; looked at anew only when somebody asks. */
export function DoctorCard() {
  const say = useText(SYSTEM);
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['getDoctor'],
    queryFn: ({ signal }) => orator.getDoctor({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const problems = data?.findings.filter(({ state }) => state === 'problem').length ?? 0;
  return (
    <Card className="p-5 lg:col-span-2">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 className="font-semibold text-lg">{say('doctor')}</h2>
        <Button size="small" busy={isFetching} onClick={() => void refetch()}>
          {!isFetching && <RotateCw className="size-4" aria-hidden="true" />}
          {say('doctor.again')}
        </Button>
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-72" />}
      {data && (
        <>
          <p role="status" className={`mb-4 ${problems > 0 ? 'font-medium text-danger' : 'text-soft'}`}>
            {problems > 0 ? say('doctor.problems', { count: problems }) : say('doctor.good')}
          </p>
          <ul className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
            {data.findings.map(({ what, state, found, cure }) => {
              const { icon: Icon, className } = MARKS[state];
              return (
                <li key={what} className="flex min-w-0 gap-2.5">
                  <Icon className={`mt-0.5 size-5 shrink-0 ${className}`} aria-label={say(`finding.${state}`)} />
                  <div className="min-w-0" dir="auto">
                    <p className="font-medium">{what}</p>
                    <p className="text-soft text-sm">{found}</p>
                    {cure && <p className={`text-sm ${state === 'problem' ? 'text-danger' : 'text-faint'}`}>{cure}</p>}
                  </div>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Card>
  );
}
