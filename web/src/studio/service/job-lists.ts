import type { Job } from '@orator/client/schemas';

/** How often is looked at what goes on, ms. One stream of news for each job would use up the connections of a browser. */
export const LOOK_MS = 1500;

/** Whether something more happens to a job by itself. */
export const isOpen = ({ state }: Pick<Job, 'state'>): boolean => state === 'pending' || state === 'processing';

/** How long until a list of jobs is read again: soon while one of them goes on, in a while otherwise. */
export const lookAgain = (jobs: readonly Job[] | undefined, calmMs = 10_000): number =>
  jobs?.some(isOpen) ? LOOK_MS : calmMs;
