import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';
import { bodyOf, followRedirects, refusedWith } from '../net/download.ts';
import { type Guard, parseSourceUrl } from '../net/guarded-request.ts';

/** What is there already of a file, from the same place. */
export interface Resumption {
  readonly from: number;
  /** What the place called this version of the file, where it said so. */
  readonly tag?: string;
}

/** An open source of bytes. `from` is 0 when it cannot go on where a pull broke off. */
export interface OpenedSource {
  readonly from: number;
  /** The size of the whole file, where it is said. */
  readonly total?: number;
  readonly tag?: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** One place that weights may come from. */
export interface WeightSource {
  /** For records and messages. */
  readonly name: string;
  /** @throws {OratorError} `source/…`, `request/invalid`, `cancelled` */
  open(resume: Resumption, signal: AbortSignal): Promise<OpenedSource>;
}

/** How long a source may say nothing. */
const IDLE_SECONDS = 30;
const CHUNK_BYTES = 1 << 20;

/** An address, reached only where users' addresses may be. */
export function addressSource(address: string, guard: Guard): WeightSource {
  const url = parseSourceUrl(address);
  return {
    name: address,
    open: async (resume, signal) => {
      const headers =
        resume.from > 0 ? { range: `bytes=${resume.from}-`, ...(resume.tag && { 'if-range': resume.tag }) } : {};
      const { url: end, response } = await followRedirects(url, headers, IDLE_SECONDS, guard, signal);
      const { statusCode, headers: said } = response;
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(said['content-range'] ?? '');
      const goesOn = statusCode === 206 && Number(range?.[1]) === resume.from;
      if (statusCode !== 200 && !goesOn) {
        response.destroy();
        // What is here is no beginning of what is there: begin anew.
        if (resume.from > 0 && (statusCode === 416 || statusCode === 206)) {
          return addressSource(address, guard).open({ from: 0 }, signal);
        }
        throw refusedWith(end, statusCode!);
      }
      const length = said['content-length'];
      const total = goesOn ? Number(range![2]) : length === undefined ? undefined : Number(length);
      // A weak tag does not promise the same bytes.
      const tag = said.etag?.startsWith('"') ? said.etag : undefined;
      return { from: goesOn ? resume.from : 0, total, tag, chunks: bodyOf(end, response, signal) };
    },
  };
}

/** A file of this machine, or the one of that name in a folder. @throws {OratorError} `request/invalid` */
export async function localSource(path: string, file: string): Promise<WeightSource> {
  const found = await stat(path).catch(() => null);
  const whole = found?.isDirectory() ? join(path, file) : path;
  const size = (await stat(whole).catch(() => null))?.size;
  if (size === undefined) {
    throw new OratorError('request/invalid', `There is no file "${whole}". Check the path that --from gives.`);
  }
  return {
    name: 'file',
    open: async () => ({ from: 0, total: size, chunks: createReadStream(whole, { highWaterMark: CHUNK_BYTES }) }),
  };
}

/** What `--from` means: an address, a file, or a folder that holds the file. */
export const sourceFrom = (word: string, file: string, guard: Guard): Promise<WeightSource> =>
  /^https?:\/\//i.test(word) ? Promise.resolve(addressSource(word, guard)) : localSource(word, file);
