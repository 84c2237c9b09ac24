import { useQuery } from '@tanstack/react-query';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

const COLOURS: Readonly<Record<string, string>> = { ERROR: 'text-danger', FATAL: 'text-danger', WARN: 'text-warn' };
/** Of an ISO time: "21:04:05.123". */
const timeOf = (iso: string) => iso.slice(11, 23);

/** What the log of the service has of a job or of a request. */
export function LogLines({ id }: { readonly id: string }) {
  const say = useText(SYSTEM);
  const { data, error, refetch } = useQuery({
    queryKey: ['getLog', id],
    queryFn: ({ signal }) => orator.getLog(id, { signal }),
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-40" />;
  if (data.lines.length === 0) return <p className="py-6 text-center text-soft">{say('log.none')}</p>;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-soft text-sm">
        {say('log.id')} <code dir="ltr">{data.correlation_id}</code>
      </p>
      <ol
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        aria-label={say('log')}
        className="max-h-[55dvh] overflow-auto rounded-2xl bg-sunken p-3 font-mono text-xs"
      >
        {data.lines.map(({ timestamp, level, component, message, error: thrown }, place) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
            key={place}
            className="grid grid-cols-[6.5rem_3.5rem_1fr] gap-2 py-0.5 max-sm:grid-cols-1 max-sm:gap-0 max-sm:py-1.5"
          >
            <time dateTime={timestamp} className="text-faint">
              {timeOf(timestamp)}
            </time>
            <span className={COLOURS[level] ?? 'text-soft'}>{level}</span>
            <span>
              {message} <span className="text-faint">{component}</span>
              {thrown && <span className="block text-danger">{thrown}</span>}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
