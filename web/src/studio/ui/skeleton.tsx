import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';

/** The place of something that is still to come, of the same size, so that nothing moves when it does. */
export const Skeleton = ({ className }: { readonly className: string }) => (
  <div aria-hidden="true" className={`animate-breathe rounded-2xl bg-sunken ${className}`} />
);

/** The place of a page. */
export function PageSkeleton() {
  const say = useText(SHARED);
  return (
    <div role="status" aria-label={say('loading')} className="flex flex-col gap-6">
      <Skeleton className="h-9 w-56" />
      <div className="grid gap-6 lg:grid-cols-2">
        <Skeleton className="h-96 rounded-3xl" />
        <Skeleton className="h-96 rounded-3xl max-lg:hidden" />
      </div>
    </div>
  );
}
