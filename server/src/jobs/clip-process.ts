import { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { loadConfig } from '../config.ts';
import { makeClip } from '../studio/clip.ts';
import type { ClipCall, ClipReply } from './clip-protocol.ts';

// A process of its own that makes one clip after another, so that neither its work nor its end is felt by the service.
const config = loadConfig(process.env);
const say = (reply: ClipReply) => process.send?.(reply);
let current: AbortController | undefined;

process.on('message', (call: ClipCall) => {
  if (call.type === 'stop') current?.abort(new OratorError('cancelled', 'Stopped on request.'));
  else void make(call);
});
process.on('disconnect', () => process.exit(0)); // the service has ended, however that was
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {}); // the service decides

async function make({ order }: Extract<ClipCall, { type: 'make' }>): Promise<void> {
  current = new AbortController();
  try {
    const surroundings = {
      config,
      clock: () => performance.now() / 1000,
      stdin: Readable.from([]),
      signal: current.signal,
      stage: (words: string) => say({ type: 'stage', words }),
    };
    for await (const event of makeClip(order, surroundings)) say({ type: 'event', event });
  } catch (thrown) {
    const { code, message } = OratorError.from(current.signal.aborted ? current.signal.reason : thrown);
    say({ type: 'failed', code, message });
  }
}

say({ type: 'ready' });
