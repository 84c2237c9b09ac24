import { randomUUID } from 'node:crypto';
import { type FileHandle, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Hertz, seconds } from '@orator/core/base/units';
import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { openAudio } from '../media/audio-source.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { createFile, readAll, writeAll } from '../storage/file-steps.ts';

/** The longest recording that is said; while it waits it takes 58 MB on the disk. */
const MOST_SECONDS = 300;
const NAME = 'the recording';

interface Tools {
  readonly ffmpeg: Ffmpeg;
  /** A folder for the sound while it waits. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A recording that was read to its end, and waits on the disk to be said. */
export interface RecordedSound extends AsyncDisposable {
  /** Its sound, read once; the file is gone when it was, or when its reader leaves. */
  chunks(): AsyncGenerator<AudioChunk>;
}

/**
 * Decodes a recording of any kind that ffmpeg reads, all of it, so that what is wrong with it is known before it is said.
 * @throws {OratorError} `audio/…`, `ffmpeg/…`, `output/…`, `cancelled`.
 */
export async function readRecording(bytes: Uint8Array, { ffmpeg, folder, signal }: Tools): Promise<RecordedSound> {
  const path = join(folder, `sound-${randomUUID()}`);
  const file = await createFile(path, NAME);
  const close = () => file.close().finally(() => rm(path, { force: true }));
  try {
    await using source = await openAudio(ffmpeg, Readable.from([bytes]), {
      ...{ signal, maxSeconds: MOST_SECONDS, name: 'The recording' },
    });
    for await (const { pcm } of source.chunks()) {
      await writeAll(file, new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), NAME);
    }
    return { chunks: () => chunksOf(file, source.rate, close), [Symbol.asyncDispose]: close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function* chunksOf(file: FileHandle, rate: Hertz, close: () => Promise<void>): AsyncGenerator<AudioChunk> {
  try {
    let samples = 0;
    for await (const part of readAll(file)) {
      const pcm = new Float32Array(new Uint8Array(part).buffer); // a copy: the part is valid until the next
      yield { at: seconds(samples / rate), rate, pcm };
      samples += pcm.length;
    }
  } finally {
    await close();
  }
}
