import { OratorError } from '../../base/errors.ts';

/** Makes the error for a file that is not what it should be; `reason` is the rest of a sentence, without its full stop. */
export type Refusal = (reason: string) => OratorError;

/** The refusal of a file of weights, by its name. */
export const refuseWeights =
  (name: string): Refusal =>
  (reason) =>
    new OratorError('model/invalid', `"${name}" cannot be used: ${reason}. Get the file again from its source.`);
