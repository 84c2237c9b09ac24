import { useQuery } from '@tanstack/react-query';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

const CALM_MS = 5000;
/** Who has said nothing for so long is counted as lost. */
const LOST_MS = 60_000;

/** The processes that work on jobs, on this machine and on others. */
export function WorkersCard() {
  const say = useText(SYSTEM);
  const { ago, number } = useFormats();
  const { data, error, refetch } = useQuery({
    queryKey: ['listWorkers'],
    queryFn: ({ signal }) => orator.listWorkers({ signal }),
    refetchInterval: CALM_MS,
  });
  return (
    <Card className="p-5">
      <h2 className="mb-3 font-semibold text-lg">{say('workers')}</h2>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-24" />}
      {data?.workers.length === 0 && <p className="text-soft">{say('workers.none')}</p>}
      <ul className="flex flex-col divide-y divide-line">
        {data?.workers.map(({ name, kinds, speeds, working, seenAt }) => {
          const isLost = Date.now() - new Date(seenAt).getTime() > LOST_MS;
          return (
            <li key={name} className="py-2.5 first:pt-0 last:pb-0">
              <p className="flex flex-wrap items-baseline justify-between gap-x-4 font-medium">
                <bdi>{name}</bdi>
                <span className={`text-sm ${isLost ? 'text-danger' : working > 0 ? 'text-accent' : 'text-soft'}`}>
                  {isLost
                    ? say('worker.lost', { time: ago(seenAt) })
                    : working > 0
                      ? say('worker.busy', { count: working })
                      : say('worker.idle')}
                </span>
              </p>
              <p className="text-faint text-sm">
                {kinds
                  .map((kind) => (speeds[kind] ? say('worker.speed', { kind, speed: number(speeds[kind], 1) }) : kind))
                  .join(' · ')}
              </p>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
