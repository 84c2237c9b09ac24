import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { logFilesIn } from './rolling-file.ts';

/** A line of the log. */
export interface LogLine {
  /** ISO. */
  readonly timestamp: string;
  readonly level: string;
  readonly component: string;
  readonly message: string;
  /** What was thrown, without where. */
  readonly error: string | null;
}

/** Lines of the log files of a folder that belong to one request, oldest first, the newest `most` of them. */
export async function findLogLines(
  folder: string,
  correlationId: string,
  most: number,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  let found: LogLine[] = [];
  for (const path of logFilesIn(folder)) {
    const lines = createInterface({ input: createReadStream(path, { signal }), crlfDelay: Number.POSITIVE_INFINITY });
    try {
      for await (const line of lines) {
        const entry = line.includes(correlationId) ? read(line, correlationId) : null;
        if (entry) found.push(entry);
        if (found.length > 2 * most) found = found.slice(-most);
      }
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown; // it was the oldest, and made room meanwhile
    }
  }
  return found.slice(-most);
}

function read(line: string, correlationId: string): LogLine | null {
  try {
    const { correlation_id, timestamp, level, component, message = '', error } = JSON.parse(line);
    if (correlation_id !== correlationId) return null;
    return { timestamp, level, component, message, error: error ? `${error.type}: ${error.message}` : null };
  } catch {
    return null; // a line that a full disk cut off
  }
}
