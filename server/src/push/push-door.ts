import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import type { LiveSession } from '../stream/live-session.ts';
import type { RtcDoor } from '../webrtc/rtc-door.ts';
import { Push } from './push.ts';
import { readPushTarget } from './push-target.ts';

/** Servers that a session is pushed to at a time, those that failed included. */
const MOST_PUSHES = 4;

/** All sessions on their way to streaming servers. */
export class PushDoor implements AsyncDisposable {
  readonly #rtc: RtcDoor;
  readonly #guard: Guard;
  readonly #pushes = new WeakMap<LiveSession, Map<string, Push>>();
  readonly #running = new Set<Push>();

  constructor(rtc: RtcDoor, guard: Guard) {
    this.#rtc = rtc;
    this.#guard = guard;
  }

  /**
   * Begins to push a session; how that goes is told by the push.
   * @throws {OratorError} `request/invalid`, `source/blocked`, `limit/reached`, `ffmpeg/missing`, `session/unknown`.
   */
  async begin(session: LiveSession, url: string, key: string | undefined): Promise<Push> {
    const target = readPushTarget(url, key);
    const broadcast = await this.#rtc.broadcast(session);
    const own = this.#pushes.get(session) ?? new Map<string, Push>();
    if (own.size >= MOST_PUSHES) {
      throw new OratorError('limit/reached', `A session is pushed to at most ${MOST_PUSHES} servers. End one of them.`);
    }
    const push = new Push(session, target, { broadcast, guard: this.#guard, ice: this.#rtc.ice });
    this.#pushes.set(session, own.set(push.id, push));
    this.#running.add(push);
    void push.over.then(() => this.#running.delete(push));
    return push;
  }

  list(session: LiveSession): readonly Push[] {
    return [...(this.#pushes.get(session)?.values() ?? [])];
  }

  /** @throws {OratorError} `connection/unknown` */
  find(session: LiveSession, id: string): Push {
    const push = this.#pushes.get(session)?.get(id);
    if (push) return push;
    throw new OratorError('connection/unknown', `This session has no push "${id.slice(0, 64)}". It may be over.`);
  }

  /** Ends a push; it is no longer known then. @throws {OratorError} `connection/unknown` */
  async end(session: LiveSession, id: string): Promise<void> {
    const push = this.find(session, id);
    this.#pushes.get(session)!.delete(id);
    await push[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((push) => push[Symbol.asyncDispose]()));
  }
}
