import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { OratorError } from '@orator/core/base/errors';
import type { Guard } from '../net/guarded-request.ts';
import type { LiveSession } from '../stream/live-session.ts';
import type { Broadcast } from '../webrtc/broadcast.ts';
import type { IceOptions } from '../webrtc/peer.ts';
import type { LineSetup, PushLine } from './push-line.ts';
import { type PushTarget, shownTarget } from './push-target.ts';
import { RtmpLine } from './rtmp-line.ts';
import { WhipLine } from './whip-line.ts';

/** Waits before a connection is made anew, ms: the first, doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A server that takes nothing for so long is given up. */
const GIVE_UP_MS = 10 * 60_000;
/** A connection that held for so long was no failure of the address. */
const HELD_MS = 10_000;
/** A session that is pushed has something to do. */
const TOUCH_MS = 60_000;

/** Where a push is in its life. */
export type PushState = 'connecting' | 'live' | 'retrying' | 'failed';

/** What a push works with. */
export interface PushTools {
  readonly broadcast: Broadcast;
  readonly guard: Guard;
  readonly ice: IceOptions;
}

/** A session on its way to a streaming server, over connections that are made anew when they are lost. */
export class Push implements AsyncDisposable {
  readonly id = randomUUID();
  readonly startedAt = new Date();
  /** What may be told of where it goes. */
  readonly shown: string;
  state: PushState = 'connecting';
  /** Why the last connection was lost or not made. */
  reason: OratorError | undefined;
  /** Connections that were there. */
  connections = 0;
  readonly #session: LiveSession;
  readonly #target: PushTarget;
  readonly #tools: PushTools;
  readonly #stopping = new AbortController();
  /** Resolves when it has failed, was stopped, or its session is over. */
  readonly over: Promise<void>;
  #line: PushLine | undefined;
  /** Of the lines before this one. */
  #bytes = 0;
  #dropped = 0;

  constructor(session: LiveSession, target: PushTarget, tools: PushTools) {
    this.#session = session;
    this.#target = target;
    this.#tools = tools;
    this.shown = shownTarget(target);
    this.over = this.#run();
  }

  /** Bytes that servers have taken. */
  get bytes(): number {
    return this.#bytes + (this.#line?.bytes ?? 0);
  }

  /** Pictures that were left out because the server could not take them in time. */
  get dropped(): number {
    return this.#dropped + (this.#line?.dropped ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.over;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // The session goes on while a connection is made anew, and ends this when it ends.
    const watching = this.#session.watch({ frame: () => {}, ended: () => this.#stopping.abort() });
    const touching = setInterval(() => this.#session.touch(), TOUCH_MS);
    try {
      await this.#keepUp(signal);
    } catch (thrown) {
      if (signal.aborted) return;
      this.state = 'failed';
      this.reason = OratorError.from(thrown);
    } finally {
      clearInterval(touching);
      watching[Symbol.dispose]();
    }
  }

  /** Connects again and again. @throws {OratorError} why it is of no use any more. */
  async #keepUp(signal: AbortSignal): Promise<never> {
    let wait = FIRST_PAUSE_MS;
    for (let lastLive = performance.now(); ; ) {
      const { error, heldMs } = await this.#connect(signal);
      signal.throwIfAborted();
      this.reason = error;
      const now = performance.now();
      if (heldMs > 0) lastLive = now;
      if (heldMs > HELD_MS) wait = FIRST_PAUSE_MS;
      const isHopeless = !error.policy.retry && (this.connections === 0 || error.code !== 'source/refused');
      if (isHopeless || now - lastLive > GIVE_UP_MS) throw error;
      this.state = 'retrying';
      await pause(wait, undefined, { signal });
      wait = Math.min(LONGEST_PAUSE_MS, wait * 2);
    }
  }

  /** Makes one connection, and waits until it is lost. */
  async #connect(signal: AbortSignal): Promise<{ readonly error: OratorError; readonly heldMs: number }> {
    const { broadcast } = this.#tools;
    let since: number | undefined;
    try {
      await using line = await this.#open(signal);
      using _sending = broadcast.add(line);
      this.#line = line;
      this.state = 'live';
      this.connections++;
      since = performance.now();
      const stopped = Promise.withResolvers<OratorError>();
      const stop = () => stopped.resolve(new OratorError('cancelled', 'Stopped on request.'));
      signal.addEventListener('abort', stop, { once: true });
      const error = await Promise.race([line.lost, stopped.promise]);
      signal.removeEventListener('abort', stop);
      return { error, heldMs: performance.now() - since };
    } catch (thrown) {
      return { error: OratorError.from(thrown), heldMs: 0 };
    } finally {
      this.#bytes += this.#line?.bytes ?? 0;
      this.#dropped += this.#line?.dropped ?? 0;
      this.#line = undefined;
    }
  }

  #open(signal: AbortSignal): Promise<PushLine> {
    const { broadcast, guard, ice } = this.#tools;
    const { fps, subject } = this.#session;
    const { width, height } = subject.still;
    const setup: LineSetup = { width, height, fps, signal, wantKey: () => broadcast.wantKey('h264') };
    const target = this.#target;
    return target.protocol === 'rtmp' ? RtmpLine.open(target, setup, guard) : WhipLine.open(target, setup, guard, ice);
  }
}
