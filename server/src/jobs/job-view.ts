import { receipt } from '@orator/core/produce/receipt';
import { z } from 'zod';
import type { Job } from './job.ts';

const facts = {
  id: z.string(),
  kind: z.string(),
  attempt: z.int().meta({ description: 'Tries so far' }),
  priority: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
const progress = z
  .object({
    stage: z.string(),
    frames: z.int().optional(),
    fps: z.number().optional().meta({ description: 'Frames made per second' }),
    share: z.number().optional().meta({ description: '0 to 1, where the whole is known' }),
    etaSeconds: z.number().optional(),
  })
  .meta({ id: 'JobProgress', description: 'How far a running job is' });

const receiptView = receipt.meta({ id: 'Receipt', description: 'What made a clip and how' });
const avatar = z
  .object({
    model: z.string(),
    faceSize: z.int().nullable(),
    frames: z.int(),
    width: z.int(),
    height: z.int(),
  })
  .meta({ id: 'AvatarFacts', description: 'What an avatar holds' });

/** A job in one of its states, each with just its own fields. */
export const jobView = z
  .discriminatedUnion('state', [
    z.object({ ...facts, state: z.literal('pending') }),
    z.object({ ...facts, state: z.literal('processing'), progress: progress.nullable() }),
    z.object({
      ...facts,
      state: z.literal('completed'),
      outcome: z.enum(['success', 'fallback']),
      asset: z.string().nullable().meta({ description: 'The id of the clip or the avatar' }),
      content: z.string().nullable().meta({ description: 'Where its file is' }),
      receipt: receiptView.optional(),
      avatar: avatar.optional(),
    }),
    z.object({ ...facts, state: z.literal('failed'), code: z.string(), message: z.string() }),
    z.object({ ...facts, state: z.literal('cancelled') }),
  ])
  .meta({ id: 'Job', description: 'A job in one of its states, each with just its own fields' });

/** A job as it is answered. */
export type JobView = z.infer<typeof jobView>;

/** Writes a job for its owner. */
export function jobViewOf(job: Job): JobView {
  const { id, kind, attempt, priority } = job;
  const common = {
    id,
    kind,
    attempt,
    priority,
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
  };
  switch (job.state) {
    case 'pending':
    case 'cancelled':
      return { ...common, state: job.state };
    case 'processing':
      return { ...common, state: job.state, progress: job.progress };
    case 'completed':
      return {
        ...common,
        state: job.state,
        outcome: job.outcome,
        asset: job.assetId,
        content: job.assetId && `/api/v1/assets/${job.assetId}/content`,
        receipt: job.result.receipt as z.infer<typeof receipt> | undefined,
        avatar: job.result.avatar as z.infer<typeof avatar> | undefined,
      };
    case 'failed':
      return { ...common, state: job.state, code: job.code, message: job.message };
  }
}
