import { OratorError } from '@orator/core/base/errors';
import type { LiveEvent, LiveFrame } from '@orator/core/live/performance';
import type { SessionEnd } from './viewer.ts';

/** A message to somebody who watches, as JSON has it. */
export type Message = Readonly<Record<string, unknown>>;

/** What is told of a session beside its pictures and sound: who speaks, words, visemes, interruptions. */
export class News {
  #generation: number;

  /** `generation` of the session when somebody begins to watch. */
  constructor(generation: number) {
    this.#generation = generation;
  }

  /** What is new with a frame. */
  of({ generation, events }: LiveFrame): Message[] {
    const interrupted = generation === this.#generation ? [] : [{ type: 'interrupted', generation }];
    this.#generation = generation;
    return [...interrupted, ...events.flatMap(messagesOf)];
  }
}

/** What is told of an event. */
function messagesOf(event: LiveEvent): Message[] {
  const { utterance } = event;
  switch (event.type) {
    case 'began':
      return [{ type: 'speaking', is_speaking: true, utterance, at: event.at }];
    case 'ended': {
      const { at, how, error } = event;
      const over = { type: 'speaking', is_speaking: false, utterance, at, how };
      return how === 'failed' ? [{ type: 'error', ...wordsOf(error) }, over] : [over];
    }
    case 'mark': {
      const { kind, from, to } = event.mark;
      return [{ type: kind, utterance, ...timesOf(event.mark), from, to }];
    }
    case 'viseme':
      return [{ type: 'viseme', utterance, viseme: event.span.viseme, ...timesOf(event.span) }];
  }
}

const timesOf = ({ start, end }: { readonly start: number; readonly end: number }) => ({
  start: Math.round(start * 1000) / 1000,
  end: Math.round(end * 1000) / 1000,
});

/** An error as it is sent: nothing of an unexpected one is told. */
export function wordsOf(thrown: unknown): { readonly message: string; readonly code: string } {
  const error = OratorError.from(thrown);
  return { message: error.code === 'internal' ? 'Something unexpected went wrong.' : error.message, code: error.code };
}

/** Why a session ended before it was complete, as it is sent. */
export const wordsOfEnd = (reason: Exclude<SessionEnd, { type: 'completed' }>) =>
  reason.type === 'failed' ? wordsOf(reason.error) : { message: reason.words, code: 'session/unknown' };
