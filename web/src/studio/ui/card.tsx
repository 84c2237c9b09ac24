import type { HTMLAttributes } from 'react';

/** A sheet that holds what belongs together. */
export const Card = ({ className = '', ...rest }: HTMLAttributes<HTMLDivElement>) => (
  <div {...rest} className={`rounded-3xl border border-line bg-surface shadow-card ${className}`} />
);
