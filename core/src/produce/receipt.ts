import { z } from 'zod';
import { PRECISIONS } from '../models/runtime.ts';
import { renderRequest } from './request.ts';

/** A file that had a part in a clip: named by its content. */
const source = z.object({ sha256: z.string(), bytes: z.int() });

/** What made a clip and how: kept beside it and inside it. It never holds the text, the picture or the sound, only their hashes. */
export const receipt = z.object({
  orator: z.string(),
  outcome: z.enum(['success', 'fallback']),
  /** Why another engine than the one asked for made it. */
  reason: z.string().optional(),
  engine: z.string(),
  /** The engine that was asked for, where it differs. */
  requested: z.string().optional(),
  models: z.array(
    z.object({
      name: z.string(),
      sha256: z.string().optional(),
      /** What it ran on, such as `cpu` or `cuda`, where there is a choice. */
      provider: z.string().optional(),
      precision: z.enum(PRECISIONS).optional(),
      /** Why it computed in that, such as `1.8x quicker, differs by 0.0004`. */
      precisionReason: z.string().optional(),
    }),
  ),
  voice: z.string().optional(),
  /** How the lips were timed: by the synthesiser, by aligning the text to the recording, or by sound alone. */
  timing: z.enum(['synthesised', 'aligned', 'audio']),
  options: renderRequest.omit({ text: true, engine: true, voice: true }),
  subject: source,
  audio: source.optional(),
  text: source.optional(),
  clip: z.object({
    width: z.int(),
    height: z.int(),
    fps: z.int(),
    frames: z.int(),
    seconds: z.number(),
  }),
  /** Wall seconds each stage was busy; stages overlap, so they need not add up to `total`. */
  timings: z.record(z.string(), z.number()),
  warnings: z.array(z.string()),
  encoder: z.string(),
  created: z.iso.datetime(),
});
export type Receipt = z.infer<typeof receipt>;
