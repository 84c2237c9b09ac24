import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture } from '@orator/core/media/frame';
import { frameFor } from '@orator/core/media/framing';
import { readPortrait } from '../avatars/stored-avatar.ts';
import type { Config } from '../config.ts';
import type { ClipPool } from '../jobs/clip-pool.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { readPicture, resamplePicture } from '../media/picture.ts';
import type { Storage } from '../storage/storage.ts';
import { openPreparedSubject, openSubject, portraitPreparation, type Subject, type View } from '../studio/subject.ts';
import { stillOf } from './still-of.ts';

/** What a session is made from: a picture, or a video to take one from; or a stored portrait avatar, by where it is stored. */
export type SessionSource =
  | { readonly type: 'picture'; readonly bytes: Uint8Array }
  | { readonly type: 'avatar'; readonly storageKey: string };

/** What making subjects takes of the service. */
export interface SubjectPlaces {
  readonly config: Config;
  readonly ffmpeg: () => Promise<Ffmpeg>;
  readonly clips: ClipPool;
  readonly storage: Storage;
  /** A folder for what lasts no longer than this process. */
  readonly scratch: string;
}

/** How a subject is made. */
export interface SubjectOrder {
  readonly source: SessionSource;
  readonly view: View;
  readonly correlationId: string;
  /** Told what there is to see meanwhile: of a new picture all of it, before its face is found. */
  readonly onStill?: (still: Picture) => void;
}

/** Avatars that stay open after they were shown: a few MB each. */
const MOST_OPEN = 8;

/** Makes what sessions show. New pictures are prepared in processes; avatars were prepared before, and stay open for a while. */
export class LiveSubjects {
  readonly #places: SubjectPlaces;
  /** By avatar and view, the one that was used last at the end. */
  readonly #open = new Map<string, Promise<Subject>>();

  constructor(places: SubjectPlaces) {
    this.#places = places;
  }

  /** @throws {OratorError} `upload/unsupported`, `video/unsupported`, `image/…`, `face/…`, `avatar/invalid`, `storage/…`, `worker/lost`. */
  async open(order: SubjectOrder, signal: AbortSignal): Promise<Subject> {
    const { source, view, correlationId, onStill } = order;
    if (source.type === 'avatar') return this.#avatar(source.storageKey, view, correlationId);
    const { ffmpeg, scratch } = this.#places;
    const bytes = await stillOf(source.bytes, { ffmpeg, folder: scratch, signal });
    const [subject] = await Promise.all([
      this.#prepare(bytes, view, correlationId, signal),
      onStill && wholePicture(bytes, view).then(onStill, () => {}), // what cannot be read is told by who prepares it
    ]);
    return subject;
  }

  #avatar(storageKey: string, view: View, correlationId: string): Promise<Subject> {
    const { size, crop } = view;
    const name = JSON.stringify([storageKey, size, crop]);
    const opening = this.#open.get(name) ?? this.#openAvatar(storageKey, view, correlationId);
    this.#open.delete(name);
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(oldest);
    }
    return opening;
  }

  /** Its face was chosen when it was made. One that another version made is prepared anew. Others may wait for it too, so that nobody ends it. */
  async #openAvatar(storageKey: string, view: View, correlationId: string): Promise<Subject> {
    const { signal } = new AbortController();
    const { facts, ...portrait } = await readPortrait(this.#places.storage, storageKey, signal);
    const subject = await openPreparedSubject(portrait, view);
    return subject ?? this.#prepare(portrait.picture, { ...view, face: facts.face }, correlationId, signal);
  }

  async #prepare(picture: Uint8Array, view: View, correlationId: string, signal: AbortSignal): Promise<Subject> {
    const { clips, scratch, config } = this.#places;
    const path = join(scratch, `live-${randomUUID()}`);
    await writeFile(path, picture);
    try {
      await clips.prepare({ image: path, face: view.face }, correlationId, signal);
      return await openSubject(path, view, portraitPreparation(config));
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** All of a picture, in the size in which its face will be shown. */
async function wholePicture(bytes: Uint8Array, { size }: View): Promise<Picture> {
  const picture = await readPicture(bytes);
  const framing = frameFor(picture, { x: 0, y: 0, iod: 0 }, { size, crop: 'full' });
  return resamplePicture(picture, framing.crop, framing);
}
