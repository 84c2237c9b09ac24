import { OratorError } from '@orator/core/base/errors';
import type { LiveFrame } from '@orator/core/live/performance';
import type { LiveSession } from '../stream/live-session.ts';
import type { SessionEnd, Viewer } from '../stream/viewer.ts';
import { type Action, IDLE } from './action.ts';

/** An action that a session does, or waits to do: over with its sound or its time, and with any interruption. */
class Doing implements Viewer, Disposable {
  readonly isAside = true;
  readonly action: Action;
  /** What is said meanwhile. */
  readonly utterance: string | undefined;
  readonly #session: LiveSession;
  readonly #onOver: () => void;
  readonly #generation: number;
  readonly #watching: Disposable;
  #end = Number.POSITIVE_INFINITY;

  constructor(session: LiveSession, action: Action, utterance: string | undefined, onOver: () => void) {
    this.action = action;
    this.utterance = utterance;
    this.#session = session;
    this.#onOver = onOver;
    this.#generation = session.generation;
    this.#watching = session.watch(this);
    if (utterance === undefined) this.#begin();
  }

  frame({ at, generation, events }: LiveFrame): void {
    if (this.utterance === undefined) {
      if (this.#end === Number.POSITIVE_INFINITY) this.#end = at + this.action.seconds;
      if (at >= this.#end || generation !== this.#generation) this.#onOver();
      return;
    }
    for (const event of events) {
      if (event.utterance !== this.utterance) continue;
      if (event.type === 'began') this.#begin();
      if (event.type === 'ended') this.#onOver();
    }
  }

  ended(_reason: SessionEnd): void {
    this.#onOver();
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
  }

  #begin(): void {
    const { emotion, intensity, gaze, gesture } = this.action;
    this.#session.feel(emotion, intensity);
    this.#session.look(gaze);
    if (gesture) this.#session.gesture(gesture);
  }
}

/** The states of one session by their numbers: idle, and actions that are done once and lead back to it. */
export class ActionStates {
  readonly actions: readonly Action[];
  readonly #session: LiveSession;
  readonly #play: (asset: string) => Promise<string>;
  #doing: Doing | undefined;
  #asked = 0;

  /** `play` has the session say an uploaded recording and gives the utterance's id. */
  constructor(session: LiveSession, actions: readonly Action[], play: (asset: string) => Promise<string>) {
    this.#session = session;
    this.actions = actions;
    this.#play = play;
  }

  /** The state that it is in. */
  get current(): number {
    return this.#doing?.action.audiotype ?? IDLE;
  }

  /**
   * Goes to a state, in place of the one it is in; an action with sound begins when all that waits has been said.
   * @throws {OratorError} `request/invalid` for a number that no state has; what playing its sound throws.
   */
  async set(audiotype: number): Promise<void> {
    const action = this.actions.find((one) => one.audiotype === audiotype);
    if (!action && audiotype !== IDLE) {
      const known = [IDLE, ...this.actions.map((one) => one.audiotype)].filter((one, k, all) => all.indexOf(one) === k);
      throw new OratorError(
        'request/invalid',
        `This session has no state ${audiotype}, only ${known.join(', ')}. Name states in custom_config of /offer.`,
      );
    }
    const asked = ++this.#asked;
    this.#leave();
    if (!action || audiotype === IDLE) return;
    const utterance = action.audio === undefined ? undefined : await this.#play(action.audio);
    if (asked !== this.#asked) {
      if (utterance !== undefined) this.#session.withdraw(utterance); // another state was asked for meanwhile
      return;
    }
    this.#doing = new Doing(this.#session, action, utterance, () => this.#rest());
  }

  /** Gives up what it does. */
  cancel(): void {
    this.#asked++;
    this.#leave();
  }

  #leave(): void {
    const { utterance } = this.#doing ?? {};
    this.#rest();
    if (utterance !== undefined) this.#session.withdraw(utterance);
  }

  /** Back to idle. */
  #rest(): void {
    if (!this.#doing) return;
    this.#doing[Symbol.dispose]();
    this.#doing = undefined;
    const idle = this.actions.find((one) => one.audiotype === IDLE);
    this.#session.feel(idle?.emotion ?? 'neutral', idle?.intensity ?? 0.5);
    this.#session.look(idle?.gaze ?? 'natural');
  }
}
