import { OratorError } from '@orator/core/base/errors';

/** What to throw once `signal` is aborted: its own reason where that already says it in our terms, `cancelled` otherwise. */
export function stopped(signal: AbortSignal): OratorError {
  const reason: unknown = signal.reason;
  if (reason instanceof OratorError) return reason;
  return new OratorError('cancelled', 'Stopped on request.', { cause: reason });
}
