import { createHash } from 'node:crypto';

/** The most jobs of one owner that an order can allow at once. */
export const MOST_AT_ONCE = 100;

/** Work that somebody asks for. */
export interface NewJob {
  readonly owner: string;
  readonly kind: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly priority?: number;
  /** How many jobs of the owner may run at once, 1 to MOST_AT_ONCE; as the worker's settings have it when left out. */
  readonly atOnce?: number;
  /** A second order with the same key is the first one again. */
  readonly idempotencyKey?: string;
  readonly correlationId: string;
  /** An address that is told when the job is over. */
  readonly webhook?: string;
}

/** Tells what is asked for from every other request, for those that come twice. */
export const hashOf = ({ kind, request, priority = 0, webhook }: NewJob): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, JSON.stringify(request), priority, webhook ?? null]))
    .digest('hex');
