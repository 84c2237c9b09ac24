import { OratorError } from '@orator/core/base/errors';
import type { LiveSession } from './live-session.ts';
import { percentileOf } from './percentiles.ts';

/** A session that nobody watches and nobody speaks to for so long is over. */
const IDLE_MS = 5 * 60_000;
/** One that has lost its viewers may be taken up again for so long. */
const RESUME_MS = 30_000;
const LOOK_MS = 1000;

/** A place that is kept for a session, until it is filled or given back. */
export interface Reservation extends Disposable {
  /** The session is there. */
  fill(session: LiveSession): void;
}

/** All live sessions of this process, and how many there may be. */
export class Sessions implements AsyncDisposable {
  readonly #most: number;
  readonly #sessions = new Map<string, LiveSession>();
  readonly #reserved = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  total = 0;
  #frames = 0;
  #dropped = 0;

  constructor(most: number) {
    this.#most = most;
    this.#timer = setInterval(() => this.#expire(), LOOK_MS);
    this.#timer.unref();
  }

  get most(): number {
    return this.#most;
  }

  get active(): number {
    return this.#sessions.size;
  }

  /** Places that are taken, by sessions and by those that are being made; of one owner, or all. */
  taken(owner?: string): number {
    const reserved = owner === undefined ? [...this.#reserved.values()] : [this.#reserved.get(owner) ?? 0];
    return reserved.reduce((sum, count) => sum + count, this.list(owner).length);
  }

  /**
   * Keeps a place for a session, at once, so that two that are made at the same time cannot both take the last one.
   * @throws {OratorError} `session/busy`
   */
  reserve(owner: string, mostOfOwner = Number.POSITIVE_INFINITY): Reservation {
    if (this.taken() >= this.#most) {
      throw new OratorError('session/busy', `All ${this.#most} live sessions are taken. Try again soon.`);
    }
    if (this.taken(owner) >= mostOfOwner) {
      throw new OratorError('session/busy', `This key has its ${mostOfOwner} live sessions. End one of them first.`);
    }
    this.#reserved.set(owner, (this.#reserved.get(owner) ?? 0) + 1);
    let isOpen = true;
    const giveBack = () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#reserved.get(owner) ?? 1) - 1;
      if (left > 0) this.#reserved.set(owner, left);
      else this.#reserved.delete(owner);
    };
    return {
      fill: (session) => {
        giveBack();
        this.#sessions.set(session.id, session);
        this.total++;
      },
      [Symbol.dispose]: giveBack,
    };
  }

  /** A session of an owner. @throws {OratorError} `session/unknown`, also for somebody else's. */
  get(owner: string, id: string): LiveSession {
    return this.#found(this.#sessions.get(id), id, owner);
  }

  /** Anybody's session. @throws {OratorError} `session/unknown`. */
  find(id: string): LiveSession {
    return this.#found(this.#sessions.get(id), id);
  }

  #found(session: LiveSession | undefined, id: string, owner = session?.owner): LiveSession {
    if (session && session.owner === owner) return session;
    throw new OratorError('session/unknown', `There is no session "${id.slice(0, 64)}". Start one.`);
  }

  /** Those of one owner, or all. */
  list(owner?: string): readonly LiveSession[] {
    const all = [...this.#sessions.values()];
    return owner === undefined ? all : all.filter((session) => session.owner === owner);
  }

  /** For sessions: this one is over. */
  left(session: LiveSession): void {
    if (!this.#sessions.delete(session.id)) return;
    this.#frames += session.frames;
    this.#dropped += session.dropped;
  }

  /** Figures of all sessions since the start, and of those that are there. */
  stats() {
    const all = this.list();
    const latencies = all.flatMap(({ latencies: { values } }) => values);
    const sum = (value: (session: LiveSession) => number) => all.reduce((total, session) => total + value(session), 0);
    return {
      active_sessions: all.length,
      max_sessions: this.#most,
      total_sessions: this.total,
      frames_total: this.#frames + sum(({ frames }) => frames),
      fps_mean: all.length === 0 ? 0 : Math.round((sum(({ rate }) => rate) / all.length) * 10) / 10,
      latency_ms: {
        p50: percentileOf(latencies, 0.5),
        p95: percentileOf(latencies, 0.95),
        p99: percentileOf(latencies, 0.99),
      },
      dropped_frames: this.#dropped + sum(({ dropped }) => dropped),
      queue_depth: sum(({ waiting }) => waiting),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const session of this.list()) session.end({ type: 'stopped', words: 'The service is about to stop.' });
  }

  #expire(): void {
    for (const session of this.list()) {
      const quiet = Date.now() - session.lastActivity;
      if (session.viewers === 0 && quiet > RESUME_MS) {
        session.end({ type: 'stopped', words: 'Nobody watches any more.' });
      } else if (!session.isBusy && quiet > IDLE_MS) {
        session.end({ type: 'stopped', words: `Nothing happened for ${IDLE_MS / 60_000} minutes.` });
      }
    }
  }
}
