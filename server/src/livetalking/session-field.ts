import { z } from 'zod';

/** A session's id in a body; early versions of LiveTalking had numbers. */
export const sessionid = z
  .union([z.string().max(64), z.number()])
  .transform(String)
  .default('');
