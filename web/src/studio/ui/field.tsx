import { type ReactNode, useId } from 'react';

/** How a box for text looks. */
export const inputClass =
  'w-full min-h-11 rounded-xl border border-line-strong bg-raised px-3.5 py-2 text-ink placeholder:text-faint transition-colors hover:border-faint aria-invalid:border-danger disabled:opacity-50';

/** What the control of a field takes, so that it is named and described by it. */
export interface FieldIds {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** A named control with a hint, and with what is wrong in it. `aside` stands at the other end of the line of the name. */
export function Field({
  label,
  hint,
  problem,
  aside,
  className = '',
  children,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: (ids: FieldIds) => ReactNode;
}) {
  const id = useId();
  const said = problem ?? hint;
  return (
    <div className={`flex flex-col gap-1.5 ${className}`}>
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} id={`${id}-label`} className="font-medium text-sm">
          {label}
        </label>
        {aside && <span className="text-faint text-sm tabular-nums">{aside}</span>}
      </div>
      {children({
        id,
        'aria-describedby': said ? `${id}-said` : undefined,
        'aria-invalid': problem ? true : undefined,
      })}
      {said && (
        <p
          id={`${id}-said`}
          role={problem ? 'alert' : undefined}
          className={`text-sm ${problem ? 'text-danger' : 'text-faint'}`}
        >
          {said}
        </p>
      )}
    </div>
  );
}
