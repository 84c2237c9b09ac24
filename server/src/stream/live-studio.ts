import { OratorError } from '@orator/core/base/errors';
import type { MotionOptions } from '@orator/core/motion/face';
import type { VisemeWeights } from '@orator/core/speech/visemes/weights';
import type { SpeakOptions } from '@orator/core/speech/voice';
import type { Database } from '../store/database.ts';
import type { AssetRow } from '../store/tables.ts';
import { loadVisemeModel } from '../studio/viseme-model.ts';
import { EspeakPool } from '../voices/espeak-pool.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { BrushRack } from './brush-rack.ts';
import { LiveSession } from './live-session.ts';
import { LiveSubjects, type SubjectOrder, type SubjectPlaces } from './live-subjects.ts';
import { readRecording } from './recorded-sound.ts';
import { openRecording, type Recording } from './recording.ts';
import type { Reservation, Sessions } from './sessions.ts';

/** What a live session is made with. */
export interface SessionOrder extends SubjectOrder {
  readonly id: string;
  readonly owner: string;
  readonly motion: MotionOptions;
  readonly voice: SpeakOptions;
  /** Whether the session waits for pictures that are late; otherwise they are left out. */
  readonly waits: boolean;
}

/** What sessions are made with and kept in. */
export interface StudioPlaces extends SubjectPlaces {
  readonly database: Database;
}

/** What records a session now. @throws {OratorError} `job/not-possible` when nothing does. */
export function recordingOf({ recording }: LiveSession): Recording {
  if (recording) return recording;
  throw new OratorError('job/not-possible', 'This session is not being recorded. Start a recording first.');
}

/** Makes live sessions: subjects are prepared in processes and painted on threads, so that no session is held up by another. */
export class LiveStudio implements AsyncDisposable {
  readonly sessions: Sessions;
  readonly #places: StudioPlaces;
  /** Recordings that are not stored yet. */
  readonly #recordings = new Set<Promise<void>>();
  readonly #pool = new EspeakPool();
  readonly #voices = createEspeakVoices(this.#pool);
  readonly #subjects: LiveSubjects;
  readonly #brushes = new BrushRack();
  #weights: Promise<VisemeWeights> | undefined;

  constructor(sessions: Sessions, places: StudioPlaces) {
    this.sessions = sessions;
    this.#places = places;
    this.#subjects = new LiveSubjects(places);
  }

  /** Makes ready what every session needs, so that the first one is no slower than others. */
  warm(): void {
    this.#brushes.warm();
    this.#model().catch(() => {}); // told to the first session
  }

  /** Makes a session in a place that was kept for it. @throws {OratorError} what `LiveSubjects.open` throws. */
  async open(order: SessionOrder, place: Reservation, signal: AbortSignal): Promise<LiveSession> {
    const [subject, weights] = await Promise.all([this.#subjects.open(order, signal), this.#model()]);
    signal.throwIfAborted();
    order.onStill?.(subject.still);
    const session: LiveSession = new LiveSession({
      id: order.id,
      owner: order.owner,
      subject,
      motion: order.motion,
      voice: order.voice,
      waits: order.waits,
      voices: this.#voices,
      weights,
      openBrush: () => this.#brushes.lend(subject, order.source.type === 'avatar'),
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
      return session.play(sound);
    } catch (thrown) {
      await sound[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
    await Promise.all(this.#recordings);
    await this.#brushes[Symbol.asyncDispose]();
    await this.#pool[Symbol.asyncDispose]();
  }

  #model(): Promise<VisemeWeights> {
    this.#weights ??= loadVisemeModel().then(({ weights }) => weights);
    return this.#weights;
  }
}
