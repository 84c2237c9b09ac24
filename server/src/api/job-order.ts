import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { jobOf } from '../jobs/job.ts';
import { type JobView, jobViewOf } from '../jobs/job-view.ts';
import type { NewJob } from '../jobs/new-job.ts';
import { parseGuardedUrl } from '../net/guarded-request.ts';
import type { Service } from '../service/service.ts';

/** What a caller orders; who that is, and under which key, is in the request. */
type Order = Pick<NewJob, 'kind' | 'request' | 'priority' | 'webhook'>;

/**
 * Places an order and answers with its job: with that of an earlier one, where the caller gave the same Idempotency-Key, whatever has
 * become of what it was made of; else with a new one, once `check` lets it pass.
 * @throws {OratorError} `request/conflict` when the key was used for another order, `source/blocked` for a webhook that never would be told,
 * `runtime/exhausted` while the service leaves.
 */
export async function placeOrder(
  { queue, draining, guard }: Service,
  { id: correlationId, caller, headers }: FastifyRequest,
  reply: FastifyReply,
  order: Order,
  check: () => Promise<void>,
): Promise<JobView> {
  const key = headers['idempotency-key'];
  const idempotencyKey = typeof key === 'string' ? key : undefined;
  const wanted = { ...order, owner: caller.owner, atOnce: caller.limits.jobs, idempotencyKey, correlationId };
  const earlier = await queue.find(wanted);
  if (!earlier) {
    if (draining.aborted) throw new OratorError('runtime/exhausted', 'The service is about to stop. Try again soon.');
    if (order.webhook !== undefined) parseGuardedUrl(order.webhook, guard);
    await check();
  }
  const { row, isNew } = earlier ? { row: earlier, isNew: false } : await queue.add(wanted);
  reply.code(isNew ? 202 : 200).header('location', `/api/v1/jobs/${row.id}`);
  return jobViewOf(jobOf(row));
}
