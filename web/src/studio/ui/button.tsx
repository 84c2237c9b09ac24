import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes } from 'react';

const KINDS = {
  primary: 'bg-accent text-accent-ink enabled:hover:bg-accent-hover shadow-card disabled:shadow-none',
  plain: 'border border-line-strong bg-raised text-ink hover:border-accent hover:text-accent',
  quiet: 'text-soft hover:bg-sunken hover:text-ink',
  danger: 'border border-line-strong bg-raised text-danger hover:bg-danger-soft',
} as const;

const SIZES = {
  small: 'min-h-9 px-3 text-sm rounded-lg gap-1.5',
  normal: 'min-h-11 px-4 rounded-xl gap-2',
  large: 'min-h-13 px-6 text-lg rounded-2xl gap-2.5',
  icon: 'size-10 rounded-xl',
} as const;

/** How a button looks, for links that look like one. */
export const buttonClass = (kind: keyof typeof KINDS = 'plain', size: keyof typeof SIZES = 'normal') =>
  `inline-flex shrink-0 items-center justify-center font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${KINDS[kind]} ${SIZES[size]}`;

/** A button. `busy`: what it began goes on. One of the size icon needs an `aria-label`. */
export function Button({
  kind,
  size,
  busy = false,
  className = '',
  children,
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly kind?: keyof typeof KINDS;
  readonly size?: keyof typeof SIZES;
  readonly busy?: boolean;
}) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(kind, size)} ${className}`}
    >
      {busy && <LoaderCircle className="size-5 animate-spin" aria-hidden="true" />}
      {children}
    </button>
  );
}
