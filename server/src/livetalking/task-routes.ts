import { randomUUID } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { z } from 'zod';
import type { App } from '../api/app.ts';
import { type Caller, requireScope } from '../api/keys.ts';
import { checkInput } from '../jobs/job-input.ts';
import { keyOfTask, taskOf } from '../jobs/task-view.ts';
import { parseGuardedUrl } from '../net/guarded-request.ts';
import type { Service } from '../service/service.ts';
import type { JobRow } from '../store/tables.ts';
import { done, refused } from './replies.ts';
import { readTask } from './task-fields.ts';

const byId = z.object({ id: z.string().max(128) });
/** Tasks in a list. */
const MOST_LISTED = 200;
const NOT_FOUND = refused('Task not found', 404);

/** `/api/avatar/task*`: avatars that are made, as LiveTalking's callers ask for them. */
export function taskRoutes(app: App, service: Service): void {
  const { database, queue, limits } = service;
  const tasks = ({ owner }: Caller) =>
    database.tables
      .selectFrom('jobs')
      .selectAll()
      .where('owner', '=', owner)
      .where('kind', 'like', 'avatar.%')
      .where('state', '!=', 'cancelled');
  const find = (caller: Caller, id: string): Promise<JobRow | undefined> =>
    tasks(caller)
      .where(({ or, eb }) => or([eb('id', '=', id), eb('idempotency_key', '=', keyOfTask(id))]))
      .executeTakeFirst();

  app.post('/api/avatar/task', async (request) => {
    const { caller } = request;
    requireScope(caller, 'create');
    await limits.requireRoom(caller);
    const { order, taskId: id = randomUUID(), notifyUrl } = await readTask(request, service.intake);
    await checkInput(service, caller.owner, order.model === 'portrait' ? order.image : order.video);
    if (notifyUrl) parseGuardedUrl(notifyUrl, service.guard);
    const { row } = await queue
      .add({
        ...{ owner: caller.owner, kind: `avatar.${order.model}`, request: { ...order }, atOnce: caller.limits.jobs },
        ...{ webhook: notifyUrl, idempotencyKey: keyOfTask(id), correlationId: request.id },
      })
      .catch((thrown: unknown) => {
        if (!(thrown instanceof OratorError) || thrown.code !== 'request/conflict') throw thrown;
        throw new OratorError('request/conflict', `There is a task "${id}" already. Give another task_id.`);
      });
    if (row.state === 'cancelled') await queue.retry(caller.owner, row.id); // it was deleted, and is wanted after all
    return done({ task_id: id });
  });

  app.get('/api/avatar/task/:id', { schema: { params: byId } }, async ({ caller, params }) => {
    requireScope(caller, 'read');
    const row = await find(caller, params.id);
    return row ? done(taskOf(row)) : NOT_FOUND;
  });

  app.delete('/api/avatar/task/:id', { schema: { params: byId } }, async ({ caller, params }) => {
    requireScope(caller, 'create');
    const row = await find(caller, params.id);
    if (!row) return refused('Task not found');
    if (row.state !== 'pending') return refused(`Task is in ${taskOf(row).status} state, cannot delete`);
    await queue.cancel(caller.owner, row.id);
    return done({ msg: 'Task deleted' });
  });

  app.get('/api/avatar/tasks', async ({ caller }) => {
    requireScope(caller, 'read');
    const rows = await tasks(caller).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(MOST_LISTED).execute();
    return done({ tasks: rows.map((row) => taskOf(row)) });
  });
}
