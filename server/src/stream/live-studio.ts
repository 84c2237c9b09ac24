import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import type { MotionOptions } from '@orator/core/motion/face';
import type { VisemeWeights } from '@orator/core/speech/visemes/weights';
import type { SpeakOptions } from '@orator/core/speech/voice';
import type { Config } from '../config.ts';
import type { ClipPool } from '../jobs/clip-pool.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { openLandmarker } from '../runtime/landmarks.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import type { AssetRow } from '../store/tables.ts';
import { type Brush, PaintThread } from '../studio/paint-thread.ts';
import { openSubject, type Subject, type View } from '../studio/subject.ts';
import { loadVisemeModel } from '../studio/viseme-model.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { LiveSession } from './live-session.ts';
import { readRecording } from './recorded-sound.ts';
import { openRecording, type Recording } from './recording.ts';
import type { Reservation, Sessions } from './sessions.ts';
import { stillOf } from './still-of.ts';

/** What a live session is made with. */
export interface SessionOrder {
  readonly id: string;
  readonly owner: string;
  readonly correlationId: string;
  /** A picture, or a video to take one from. */
  readonly source: Uint8Array;
  readonly view: View;
  readonly motion: MotionOptions;
  readonly voice: SpeakOptions;
  /** Whether the session waits for pictures that are late; otherwise they are left out. */
  readonly waits: boolean;
}

/** What sessions are made with and kept in. */
export interface StudioPlaces {
  readonly config: Config;
  readonly ffmpeg: () => Promise<Ffmpeg>;
  readonly clips: ClipPool;
  readonly storage: Storage;
  readonly database: Database;
  /** A folder for what lasts no longer than this process. */
  readonly scratch: string;
}

/** What records a session now. @throws {OratorError} `job/not-possible` when nothing does. */
export function recordingOf({ recording }: LiveSession): Recording {
  if (recording) return recording;
  throw new OratorError('job/not-possible', 'This session is not being recorded. Start a recording first.');
}

/** Makes live sessions: subjects are prepared in processes and painted on threads of their own, so that no session is held up by another. */
export class LiveStudio implements AsyncDisposable {
  readonly sessions: Sessions;
  readonly #places: StudioPlaces;
  /** Recordings that are not stored yet. */
  readonly #recordings = new Set<Promise<void>>();
  readonly #voices = createEspeakVoices();
  readonly #threads: PaintThread[] = [];
  #weights: Promise<VisemeWeights> | undefined;

  constructor(sessions: Sessions, places: StudioPlaces) {
    this.sessions = sessions;
    this.#places = places;
  }

  /** Makes a session in a place that was kept for it. @throws {OratorError} `upload/unsupported`, `video/unsupported`, `image/…`, `face/…`, `worker/lost`. */
  async open(order: SessionOrder, place: Reservation, signal: AbortSignal): Promise<LiveSession> {
    const [subject, weights] = await Promise.all([this.#subject(order, signal), this.#model()]);
    signal.throwIfAborted();
    const session: LiveSession = new LiveSession({
      id: order.id,
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

  /** Records a session. @throws {OratorError} `request/conflict` when it is being recorded already, `ffmpeg/…`. */
  async record(session: LiveSession): Promise<Recording> {
    if (session.recording) throw new OratorError('request/conflict', 'This session is being recorded already.');
    const { config, storage, database, scratch } = this.#places;
    const ffmpeg = await this.#places.ffmpeg();
    const keepDays = config.values.ORATOR_KEEP_DAYS ?? 30;
    const recording = await openRecording(session, {
      ffmpeg,
      storage,
      database,
      scratch,
      keepDays,
    });
    session.recording = recording;
    const kept = recording.asset.then(
      () => {},
      () => {},
    );
    this.#recordings.add(kept);
    void kept.then(() => this.#recordings.delete(kept));
    return recording;
  }

  /** Ends the recording of a session and gives its clip. @throws {OratorError} `job/not-possible` when there is none; what `Recording.stop` throws. */
  async endRecording(session: LiveSession): Promise<AssetRow> {
    const recording = recordingOf(session);
    session.recording = undefined;
    return recording.stop();
  }

  /**
   * Has a session say a recording of any kind that ffmpeg reads, after all that waits; gives the utterance's id.
   * @throws {OratorError} `audio/…`, `ffmpeg/…`, `limit/reached`, `session/unknown`.
   */
  async play(session: LiveSession, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
    const sound = await readRecording(bytes, {
      ffmpeg: await this.#places.ffmpeg(),
      folder: this.#places.scratch,
      signal,
    });
    try {
      return session.play(sound.chunks());
    } catch (thrown) {
      await sound[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
    await Promise.all(this.#recordings);
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  async #subject({ source, view, correlationId }: SessionOrder, signal: AbortSignal): Promise<Subject> {
    const { clips, scratch, config, ffmpeg } = this.#places;
    const path = join(scratch, `live-${randomUUID()}`);
    await writeFile(path, await stillOf(source, { ffmpeg, folder: scratch, signal }));
    try {
      await clips.prepare({ image: path, face: view.face }, correlationId, signal);
      return await openSubject(path, view, { folder: join(config.data, 'prepared'), openLandmarker });
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
