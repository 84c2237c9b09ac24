import { z } from 'zod';

/** Documents a form with one file; a form is read as it comes, so nothing of it can be checked beforehand. */
export const formBody = z
  .unknown()
  .meta({ type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] });
