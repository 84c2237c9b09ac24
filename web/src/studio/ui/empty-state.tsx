import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** What a place says while there is nothing in it: what would be, and how to begin. */
export function EmptyState({
  icon: Icon,
  title,
  hint,
  children,
}: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-[8vh] text-center">
      <span className="grid size-14 place-items-center rounded-2xl bg-accent-soft text-accent">
        <Icon className="size-7" aria-hidden="true" />
      </span>
      <h2 className="font-semibold text-xl">{title}</h2>
      {hint && <p className="text-soft">{hint}</p>}
      {children}
    </div>
  );
}
