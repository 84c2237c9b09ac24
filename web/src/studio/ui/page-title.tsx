import type { ReactNode } from 'react';

/** The heading of a page, what it is for in one sentence, and what can be done with all of it. */
export const PageTitle = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}) => (
  <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3 md:mb-8">
    <div>
      <h1 className="font-semibold text-2xl md:text-3xl">{title}</h1>
      {hint && <p className="mt-1 max-w-2xl text-soft">{hint}</p>}
    </div>
    {children && <div className="flex flex-wrap gap-2">{children}</div>}
  </div>
);
