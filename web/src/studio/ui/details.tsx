import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';

/** Something that few need: seen when it is asked for. */
export const Details = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <details className="group">
    <summary className="flex min-h-9 cursor-pointer list-none items-center gap-1.5 rounded-lg font-medium text-soft text-sm hover:text-ink">
      <ChevronDown className="size-4 transition-transform group-open:rotate-180" aria-hidden="true" />
      {title}
    </summary>
    <div className="pt-4">{children}</div>
  </details>
);
