import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** How long an event stream is silent at most: proxies close what says nothing for a minute. */
export const SILENCE_SECONDS = 15;

/**
 * Answers with server-sent events of one name, each a view as JSON, until `views` ends, the caller leaves or `draining` fires. A view that
 * says what the one before it said is left out.
 */
export async function sendEvents(
  reply: FastifyReply,
  name: string,
  views: (signal: AbortSignal) => AsyncIterable<object>,
  draining: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, draining]);
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const timer = setInterval(() => reply.raw.write(': still here\n\n'), SILENCE_SECONDS * 1000);
  try {
    let said = '';
    for await (const view of views(signal)) {
      const words = JSON.stringify(view);
      if (words !== said) reply.raw.write(`event: ${name}\ndata: ${words}\n\n`);
      said = words;
      if (signal.aborted) break;
    }
  } finally {
    clearInterval(timer);
    reply.raw.end();
  }
}
