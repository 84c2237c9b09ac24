import type { OutgoingHttpHeaders } from 'node:http';
import type { LiveEvent } from '@orator/core/live/performance';
import { z } from 'zod';
import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { leftBy } from '../runpod/endpoint.ts';
import type { Service } from '../service/service.ts';
import { sessionid } from './session-field.ts';
import type { Talk, Talks } from './talks.ts';

/** Proxies close what says nothing for a minute. */
const SILENCE_MS = 15_000;
/** Bytes that may wait for somebody who does not read; then they are let go. */
const MOST_WAITING = 1 << 16;

/** `GET /sse?sessionid=`: server-sent events that tell when something begins and ends to be said. */
export function newsRoutes(app: App, { draining }: Service, talks: Talks): void {
  app.get('/sse', { schema: { querystring: z.object({ sessionid }) } }, async ({ caller, query }, reply) => {
    requireScope(caller, 'read');
    const talk = talks.find(caller, query.sessionid);
    const { raw } = reply;
    const over = new AbortController();
    const signal = AbortSignal.any([leftBy(reply), draining, over.signal]);
    using _watching = talk.session.watch({
      isAside: true,
      frame: ({ events }) => {
        for (const event of events) {
          const news = newsOf(event, talk);
          if (news) raw.write(`data: ${JSON.stringify(news)}\n\n`);
        }
        if (raw.writableLength > MOST_WAITING) over.abort();
      },
      ended: () => over.abort(),
    });
    reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write(': here\n\n');
    const ping = setInterval(() => raw.write(': still here\n\n'), SILENCE_MS);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    clearInterval(ping);
    raw.end();
  });
}

function newsOf(event: LiveEvent, talk: Talk): { readonly status: 'start' | 'end'; readonly text: string } | null {
  if (event.type !== 'began' && event.type !== 'ended') return null;
  return { status: event.type === 'began' ? 'start' : 'end', text: talk.textOf(event.utterance) };
}
