import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { MotionOptions } from '@orator/core/motion/face';
import type { VisemeWeights } from '@orator/core/speech/visemes/weights';
import type { SpeakOptions } from '@orator/core/speech/voice';
import type { ClipPool } from '../jobs/clip-pool.ts';
import { openLandmarker } from '../runtime/landmarks.ts';
import { type Brush, PaintThread } from '../studio/paint-thread.ts';
import { openSubject, type Subject, type View } from '../studio/subject.ts';
import { loadVisemeModel } from '../studio/viseme-model.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { LiveSession } from './live-session.ts';
import type { Reservation, Sessions } from './sessions.ts';

/** What a live session is made with. */
export interface SessionOrder {
  readonly owner: string;
  readonly correlationId: string;
  readonly picture: Uint8Array;
  readonly view: View;
  readonly motion: MotionOptions;
  readonly voice: SpeakOptions;
  /** Whether the session waits for pictures that are late; otherwise they are left out. */
  readonly waits: boolean;
}

/** Makes live sessions: subjects are prepared in processes and painted on threads of their own, so that no session is held up by another. */
export class LiveStudio implements AsyncDisposable {
  readonly sessions: Sessions;
  readonly #clips: ClipPool;
  readonly #prepared: string;
  readonly #scratch: string;
  readonly #voices = createEspeakVoices();
  readonly #threads: PaintThread[] = [];
  #weights: Promise<VisemeWeights> | undefined;

  /** `data`: the data folder. `scratch`: a folder for pictures while they are prepared. */
  constructor(sessions: Sessions, clips: ClipPool, folders: { readonly data: string; readonly scratch: string }) {
    this.sessions = sessions;
    this.#clips = clips;
    this.#prepared = join(folders.data, 'prepared');
    this.#scratch = folders.scratch;
  }

  /** Makes a session in a place that was kept for it. @throws {OratorError} `image/…`, `face/…`, `worker/lost`. */
  async open(order: SessionOrder, place: Reservation, signal: AbortSignal): Promise<LiveSession> {
    const [subject, weights] = await Promise.all([this.#subject(order, signal), this.#model()]);
    signal.throwIfAborted();
    const session: LiveSession = new LiveSession({
      id: randomUUID(),
      owner: order.owner,
      subject,
      motion: order.motion,
      voice: order.voice,
      waits: order.waits,
      voices: this.#voices,
      weights,
      openBrush: () => this.#brush(subject),
      onEnd: () => this.sessions.left(session),
    });
    place.fill(session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  async #subject({ picture, view, correlationId }: SessionOrder, signal: AbortSignal): Promise<Subject> {
    const path = join(this.#scratch, `live-${randomUUID()}`);
    await writeFile(path, picture);
    try {
      await this.#clips.prepare({ image: path, face: view.face }, correlationId, signal);
      return await openSubject(path, view, { folder: this.#prepared, openLandmarker });
    } finally {
      await rm(path, { force: true });
    }
  }

  #model(): Promise<VisemeWeights> {
    this.#weights ??= loadVisemeModel().then(({ weights }) => weights);
    return this.#weights;
  }

  /** A brush on the thread that has the least to do; threads are begun as they are needed. */
  #brush({ prepared, still, placement }: Subject): Brush {
    const most = Math.max(1, availableParallelism() - 1);
    let thread = this.#threads.toSorted((a, b) => a.load - b.load)[0];
    if (!thread || (thread.load > 0 && this.#threads.length < most)) {
      thread = new PaintThread();
      this.#threads.push(thread);
    }
    return thread.open({ prepared, still, placement });
  }
}
