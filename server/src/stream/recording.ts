import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { fps, frameTime, seconds } from '@orator/core/base/units';
import type { EncoderSession } from '@orator/core/encode/encoder';
import type { LiveFrame } from '@orator/core/live/performance';
import { lentFrame } from '@orator/core/media/frame';
import { createMp4Encoder } from '../encode/mp4-encoder.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { expiryAfter } from '../storage/expiry.ts';
import type { Storage } from '../storage/storage.ts';
import type { Database } from '../store/database.ts';
import type { AssetRow } from '../store/tables.ts';
import { VERSION } from '../version.ts';
import { type LiveSession, SOUND_RATE } from './live-session.ts';
import type { SharedPicture } from './shared-picture.ts';
import type { Viewer } from './viewer.ts';

/** Where recordings lie in the storage. */
export const LIVE_PREFIX = 'clips/live/';
/** Pictures that wait for the encoder; while there are so many, the last one is shown on: nobody waits for a recording. */
const MOST_WAITING = 8;
/** When no picture has come for so many frames, the last one is shown on. */
const MOST_BEHIND = 25;

/** What a recording needs of the service. */
export interface RecordingTools {
  readonly ffmpeg: Ffmpeg;
  readonly storage: Storage;
  readonly database: Database;
  /** A folder for the clip while it is made. */
  readonly scratch: string;
  /** After how many days it is removed; 0 = never. */
  readonly keepDays: number;
}

/** Records a session from now on. It ends by itself when the session does. */
export async function openRecording(session: LiveSession, tools: RecordingTools): Promise<Recording> {
  const path = join(tools.scratch, `recording-${randomUUID()}.mp4`);
  const { width, height } = session.subject.still;
  const spec = { width, height, fps: fps(session.fps), audioRate: SOUND_RATE };
  const encoder = await createMp4Encoder(tools.ffmpeg).open(path, spec, new AbortController().signal);
  return new Recording(session, encoder, path, tools);
}

/** A recording that goes on. */
export class Recording implements Viewer {
  readonly startedAt = new Date();
  /** The clip, once the recording has stopped. @throws {OratorError} `output/…`, `storage/…`, `ffmpeg/…`. */
  readonly asset: Promise<AssetRow>;
  readonly #session: LiveSession;
  readonly #encoder: EncoderSession;
  readonly #path: string;
  readonly #tools: RecordingTools;
  readonly #over = Promise.withResolvers<void>();
  readonly #waiting: { readonly index: number; readonly pixels: Uint8ClampedArray }[] = [];
  readonly #watching: Disposable;
  #writing: Promise<void> = Promise.resolve();
  #last: Uint8ClampedArray | undefined;
  /** Of the session: the first frame, and the one after the last. */
  #first: number | undefined;
  #until = 0;
  #written = 0;
  #samples = 0;
  #failure: { readonly thrown: unknown } | undefined;
  readonly #fail = (thrown: unknown) => {
    this.#failure ??= { thrown };
    this.#over.resolve();
  };

  constructor(session: LiveSession, encoder: EncoderSession, path: string, tools: RecordingTools) {
    this.#session = session;
    this.#encoder = encoder;
    this.#path = path;
    this.#tools = tools;
    this.#watching = session.watch(this);
    this.asset = this.#over.promise.then(() => this.#publish());
    this.asset.catch(() => {}); // told to who asks
  }

  /** Length so far in seconds. */
  get seconds(): number {
    return (this.#until - (this.#first ?? 0)) / this.#session.fps;
  }

  frame({ index, pcm }: LiveFrame): void {
    this.#first ??= index;
    this.#until = index + 1;
    const at = seconds(this.#samples / SOUND_RATE);
    this.#samples += pcm.length;
    this.#encoder.addAudio({ at, rate: SOUND_RATE, pcm }).catch(this.#fail);
    if (this.#last && index - this.#first - this.#written > MOST_BEHIND) this.#write();
  }

  wants(): boolean {
    return this.#waiting.length < MOST_WAITING;
  }

  async picture({ index }: LiveFrame, { pixels }: SharedPicture): Promise<void> {
    this.#waiting.push({ index, pixels: Uint8ClampedArray.from(pixels) });
    this.#write();
  }

  ended(): void {
    this.#over.resolve();
  }

  /** Stops it and gives the clip. @throws {OratorError} what `asset` throws. */
  async stop(): Promise<AssetRow> {
    this.#watching[Symbol.dispose]();
    this.#over.resolve();
    return this.asset;
  }

  #write(): void {
    this.#writing = this.#writing.then(() => this.#catchUp(this.#until - MOST_BEHIND)).catch(this.#fail);
  }

  /** Writes what waits, and shows the last picture on up to frame `end`. */
  async #catchUp(end: number): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#showUntil(next.index, next.pixels);
      this.#last = next.pixels;
      await this.#showUntil(next.index + 1, next.pixels);
    }
    if (this.#last) await this.#showUntil(end, this.#last);
  }

  async #showUntil(index: number, otherwise: Uint8ClampedArray): Promise<void> {
    const { width, height } = this.#session.subject.still;
    const pixels = this.#last ?? otherwise;
    for (; this.#written < index - (this.#first ?? index); this.#written++) {
      const at = frameTime(this.#written, fps(this.#session.fps));
      using frame = lentFrame({ at, width, height, pixels }, () => {});
      await this.#encoder.addFrame(frame);
    }
  }

  async #publish(): Promise<AssetRow> {
    const { storage, database, keepDays } = this.#tools;
    try {
      await this.#writing;
      if (this.#failure) throw this.#failure.thrown;
      await this.#catchUp(this.#until);
      if (this.#written === 0)
        throw new OratorError('audio/empty', 'Nothing was shown while it was recorded. Record longer.');
      await this.#encoder.finish({ comment: JSON.stringify(this.#receipt()) });
      const id = randomUUID();
      const key = `${LIVE_PREFIX}${id}.mp4`;
      const { bytes, sha256 } = await storage.putFile(key, this.#path, { type: 'video/mp4' });
      return await database.tables
        .insertInto('assets')
        .values({
          ...{ id, owner: this.#session.owner, kind: 'clip', storage_key: key, name: `${this.#session.id}.mp4` },
          ...{ type: 'video/mp4', bytes, sha256, expires_at: expiryAfter(keepDays) },
        })
        .returningAll()
        .executeTakeFirstOrThrow();
    } finally {
      await this.#encoder[Symbol.asyncDispose]();
      await rm(this.#path, { force: true });
    }
  }

  /** What made the clip; never what was said. */
  #receipt() {
    const { subject, id } = this.#session;
    return {
      ...{ orator: VERSION, outcome: 'success', engine: 'portrait', session: id, models: subject.models },
      subject: { sha256: subject.sha256, bytes: subject.bytes },
      encoder: `ffmpeg ${this.#tools.ffmpeg.version}`,
      created: this.startedAt.toISOString(),
    };
  }
}
