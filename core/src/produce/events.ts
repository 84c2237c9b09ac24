import { z } from 'zod';
import { receipt } from './receipt.ts';

/** The stages a clip passes, in order. `prepare` finds the face and readies the picture. */
export const STAGES = ['prepare', 'speech', 'motion', 'frames', 'encode'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * `started`, any number of `progress`, then exactly one `done`; where something stands in for an engine that failed, it begins with
 * `started` again. A failure is thrown, and the door turns it into its last event.
 */
export const produceEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    width: z.int(),
    height: z.int(),
    fps: z.int(),
    /** Where the length of the sound is known beforehand, in seconds. */
    expectedSeconds: z.number().optional(),
    warnings: z.array(z.string()),
  }),
  z.object({ type: z.literal('progress'), frames: z.int(), seconds: z.number() }),
  z.object({ type: z.literal('done'), receipt }),
]);
export type ProduceEvent = z.infer<typeof produceEvent>;
