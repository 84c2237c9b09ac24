import { OratorError } from '@orator/core/base/errors';
import { EXIT, type Terminal } from './terminal.ts';

/** Runs a command; with `json`, what goes wrong is answered as an object on standard output too, and nothing else is said. */
export async function answerInJson(
  json: boolean,
  { out }: Terminal,
  signal: AbortSignal,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    const error = OratorError.from(signal.aborted ? (signal.reason ?? thrown) : thrown);
    if (!json) throw error;
    const { code, message } = error;
    out.write(`${JSON.stringify({ outcome: 'error', error: { code, message } })}\n`);
    return EXIT.failed;
  }
}
