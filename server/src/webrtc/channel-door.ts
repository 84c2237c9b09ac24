import { OratorError } from '@orator/core/base/errors';
import type { RTCDataChannel } from 'werift';
import { type ClientMessage, readClientMessage } from '../stream/client-message.ts';
import type { LiveSession } from '../stream/live-session.ts';
import { type Message, wordsOf } from '../stream/news.ts';
import { speakThrough } from '../stream/spoken.ts';

/** Messages that may wait for their turn; who sends more at once is not answered any more. */
const MOST_WAITING = 64;

/** Serves the messages of the WebSocket over a data channel; `speaks`: whether this peer may say something. */
export function serveChannel(channel: RTCDataChannel, session: LiveSession, speaks: boolean): void {
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  const say = (message: Message) => {
    if (channel.readyState === 'open') channel.send(JSON.stringify(message));
  };
  const take = async (data: string | Buffer) => {
    const answer = await obey(session, readClientMessage(data.toString()), speaks);
    if (answer) say(answer);
  };
  channel.onMessage.subscribe((data) => {
    if (waiting >= MOST_WAITING) return channel.close();
    waiting++;
    turn = turn
      .then(() => take(data))
      .catch((thrown: unknown) => say({ type: 'error', ...wordsOf(thrown) }))
      .finally(() => waiting--);
  });
}

async function obey(session: LiveSession, message: ClientMessage, speaks: boolean): Promise<Message | undefined> {
  if (message.type === 'ping') {
    session.touch();
    return { type: 'pong' };
  }
  if (message.type === 'init' || message.type === 'watch' || message.type === 'resume') {
    throw new OratorError(
      'request/invalid',
      `A channel belongs to its session: "${message.type}" is for the WebSocket.`,
    );
  }
  if (!speaks) throw new OratorError('key/forbidden', 'Who watches cannot speak: this key lacks the scope "create".');
  if (message.type !== 'stop') return speakThrough(session, message);
  await session.finish();
  return undefined;
}
