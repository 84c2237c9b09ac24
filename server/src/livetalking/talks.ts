import { OratorError } from '@orator/core/base/errors';
import type { Caller } from '../api/keys.ts';
import { readAsset } from '../api/session-tools.ts';
import type { Service } from '../service/service.ts';
import type { LiveSession } from '../stream/live-session.ts';
import { speakThrough } from '../stream/spoken.ts';
import type { Action } from './action.ts';
import { ActionStates } from './action-states.ts';

/** Texts that are remembered of a session: as many as can wait, and more. */
const MOST_TEXTS = 256;

/** What LiveTalking's callers know of a session beside the session itself. */
export class Talk {
  readonly session: LiveSession;
  /** What its caller called the face; null for sessions that were begun elsewhere. */
  readonly avatar: string | null;
  readonly actions: ActionStates;
  readonly #texts = new Map<string, string>();

  constructor(session: LiveSession, avatar: string | null, actions: ActionStates) {
    this.session = session;
    this.avatar = avatar;
    this.actions = actions;
  }

  /** Has it say a text, after all that waits, or at once. @throws {OratorError} as the session does. */
  async say(text: string, options: { readonly interrupt: boolean; readonly voice?: string }): Promise<void> {
    if (options.interrupt) this.actions.cancel();
    const answer = await speakThrough(this.session, { type: 'text', text, ...options });
    this.#texts.set(String(answer!.utterance), text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST_TEXTS) break;
      this.#texts.delete(oldest);
    }
  }

  /** Falls silent at once: what is said, what waits and what it does are given up. */
  async interrupt(): Promise<void> {
    this.actions.cancel();
    await speakThrough(this.session, { type: 'interrupt' });
  }

  /** The text of an utterance; empty for recordings, and for what was said through other doors. */
  textOf(utterance: string): string {
    return this.#texts.get(utterance) ?? '';
  }
}

/** The sessions of this process as LiveTalking's callers see them, however they were begun. */
export class Talks {
  readonly #service: Service;
  readonly #talks = new WeakMap<LiveSession, Talk>();

  constructor(service: Service) {
    this.#service = service;
  }

  /** Takes in a session that was begun, with what its caller calls the face, and its states. */
  add(session: LiveSession, avatar: string | null, actions: readonly Action[]): Talk {
    const { live, draining } = this.#service;
    const play = async (asset: string) =>
      live.play(session, await readAsset(this.#service, session.owner, asset), draining);
    const talk = new Talk(session, avatar, new ActionStates(session, actions, play));
    this.#talks.set(session, talk);
    return talk;
  }

  /** What is known of a session. */
  of(session: LiveSession): Talk {
    return this.#talks.get(session) ?? this.add(session, null, []);
  }

  /** A caller's session by its id. @throws {OratorError} `session/unknown` in LiveTalking's words, also for somebody else's. */
  find({ owner }: Caller, id: string): Talk {
    const session = this.#service.live.sessions.list(owner).find((one) => one.id === id);
    if (!session) throw new OratorError('session/unknown', 'session not found');
    return this.of(session);
  }
}
