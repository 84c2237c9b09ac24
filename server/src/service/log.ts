import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { openRollingFile } from './rolling-file.ts';

/** A log file is closed at this size and the next one begun. */
const FILE_BYTES = 20e6;
const FILES_KEPT = 10;
/** Keys whose values never enter a log, wherever they stand. */
const HIDDEN = ['authorization', '*.authorization', '*.headers.authorization', '*.key', '*.text'];

/** A part of the program, as the log names it. */
export type Part = 'http' | 'jobs' | 'database' | 'storage' | 'endpoint' | 'engine' | 'runpod-worker';
/** The log, for one part to write to. */
export type Log = (part: Part) => Logger;

/**
 * The service's log: pretty on a terminal, JSON lines elsewhere and in `logs/` of the data folder, with the fields of
 * `requirements/ditto-api.md`.
 */
export async function openLog({ data, values }: Config): Promise<Log> {
  const level = values.ORATOR_LOG_LEVEL ?? 'info';
  const streams: pino.StreamEntry[] = [];
  if (values.ORATOR_LOG_CONSOLE) {
    const pretty = process.stderr.isTTY ? (await import('pino-pretty')).default : undefined;
    const options = {
      destination: 2,
      ignore: 'pid,hostname,thread_id,component',
      messageKey: 'message',
      timestampKey: 'timestamp',
    };
    streams.push({ level, stream: pretty ? pretty(options) : process.stderr });
  }
  if (values.ORATOR_LOG_FILES) {
    const folder = join(data, 'logs');
    mkdirSync(folder, { recursive: true });
    streams.push({ level, stream: openRollingFile(folder, { bytes: FILE_BYTES, kept: FILES_KEPT }) });
  }
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label.toUpperCase() }),
        log: ({ reqId, correlation_id, err, ...metadata }) => ({
          correlation_id: correlation_id ?? reqId ?? null,
          ...(err === undefined || err === null ? {} : { error: errorOf(err) }),
          metadata,
        }),
      },
      redact: { paths: HIDDEN, censor: '••••' },
    },
    pino.multistream(streams),
  );
  // All lines come from the main thread, which has the number of its process.
  return (component) => log.child({ component, thread_id: process.pid });
}

/** What is told of anything thrown: pg-boss hands on copies that are no Errors, and Node's of several addresses have no words of their own. */
function errorOf(thrown: unknown): { readonly type: string; readonly message: string; readonly stack?: string } {
  if (typeof thrown !== 'object' || thrown === null) return { type: typeof thrown, message: String(thrown) };
  const { name, message, stack, code } = thrown as Partial<NodeJS.ErrnoException>;
  return { type: name ?? 'Error', message: message || code || 'no words', stack };
}
