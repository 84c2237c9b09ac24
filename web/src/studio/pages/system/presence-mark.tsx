import { CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react';

const MARKS = {
  good: { icon: CircleCheck, className: 'text-good' },
  bad: { icon: TriangleAlert, className: 'text-danger' },
  away: { icon: CircleDashed, className: 'text-faint' },
} as const;

/** Whether something is here, as a sign beside the words that say it. */
export function PresenceMark({ state }: { readonly state: keyof typeof MARKS }) {
  const { icon: Icon, className } = MARKS[state];
  return <Icon className={`mt-0.5 size-5 shrink-0 ${className}`} aria-hidden="true" />;
}
