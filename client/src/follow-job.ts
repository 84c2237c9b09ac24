import type { Api } from './api.ts';
import type { Job } from './schemas.ts';
import { ServiceError } from './service-error.ts';
import type { CallOptions, Transport } from './transport.ts';

/** A job that nothing more will happen to unless somebody asks. */
export type EndedJob = Extract<Job, { readonly state: 'completed' | 'failed' | 'cancelled' }>;

/** So many connections in a row that tell nothing new, and the service counts as gone. */
const MOST_DROPS = 10;
/** Between two connections; each one in vain doubles it. */
const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_SECONDS = 10;

/** Whether a job is over. */
export const isEnded = (job: Job): job is EndedJob =>
  job.state === 'completed' || job.state === 'failed' || job.state === 'cancelled';

/**
 * Every state that a job comes to, the last one when it is over. A dropped connection is opened again, without telling anything twice.
 * @throws {ServiceError} when there is no such job, or the service stays away.
 */
export async function* followJob(
  api: Pick<Api, 'streamJob'>,
  wait: Transport['wait'],
  id: string,
  options: CallOptions,
): AsyncGenerator<Job, void> {
  let said = '';
  for (let drops = 0; ; drops++) {
    try {
      for await (const job of api.streamJob(id, options)) {
        const text = JSON.stringify(job);
        if (text !== said) {
          said = text;
          drops = 0;
          yield job;
        }
        if (isEnded(job)) return;
      }
    } catch (thrown) {
      if (!(thrown instanceof ServiceError) || !thrown.mayPass || drops >= MOST_DROPS) throw thrown;
    }
    await wait(Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** drops), options.signal);
  }
}
