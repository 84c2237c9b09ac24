import { OratorError } from '@orator/core/base/errors';
import { pause } from './pause.ts';
import { WorkerLine } from './worker-line.ts';
import type { WorkerPlace } from './worker-protocol.ts';

/** A server that is about to start is there soon. */
const AGAIN_MS = 1000;

/**
 * Waits until the endpoint has heard of this worker; `tell` hears why that takes longer, each reason once.
 * @throws {OratorError} `key/invalid` when it refuses the key, `request/invalid` when there is no such endpoint
 */
export async function greetEndpoint(
  place: WorkerPlace,
  tell: (why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const line = new WorkerLine(place);
  for (let told = ''; !signal.aborted; await pause(AGAIN_MS, signal)) {
    try {
      await line.ping([], signal);
      return;
    } catch (thrown) {
      if (signal.aborted) return;
      const { message, cause } = thrown as Error;
      if (cause === 401 || cause === 403) throw new OratorError('key/invalid', `${message}.`, { cause: thrown });
      if (cause === 404) {
        const where = new URL(place.takeUrl).origin;
        const cure = 'Start it with orator serve --runpod, and give --endpoint the address that it prints.';
        throw new OratorError('request/invalid', `${where} has no such endpoint. ${cure}`, { cause: thrown });
      }
      if (message !== told) tell(message);
      told = message;
    }
  }
}
