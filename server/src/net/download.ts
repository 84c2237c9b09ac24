import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import { Output, outputError } from '../output.ts';
import { type Guard, parseSourceUrl, sendGuarded, unreachable } from './guarded-request.ts';
import { stopped } from './stopped.ts';
import { LONGEST_REFUSAL_BYTES, storageRefusal } from './storage-refusal.ts';

/** How much a download may take of everything. */
export interface DownloadLimits {
  readonly maxBytes: number;
  /** From the first look-up to the last byte. */
  readonly totalSeconds: number;
  /** How long the other side may say nothing. */
  readonly idleSeconds: number;
}

/** A file that was downloaded. What it is has still to be found out: the type is only what the other side says. */
export interface Downloaded {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The media type that was announced, without its parameters and in lower case. */
  readonly type?: string;
  /** The last part of the path of the URL, such as `clip.mp4`, for showing; empty when there is none. */
  readonly name: string;
}

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Answers that may be different later. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Downloads a URL that a user gave to `path`, in an existing folder, where it appears when it is complete. Every address on the way
 * is checked, and nothing stays after a failure.
 * @throws {OratorError} `request/invalid` (no URL), `source/blocked`, `source/unreachable`, `source/too-large`, `source/expired`,
 * `source/refused`, `output/unwritable`, `output/disk-full`, `cancelled`
 */
export async function download(
  address: string,
  path: string,
  limits: DownloadLimits,
  guard: Guard,
  signal?: AbortSignal,
): Promise<Downloaded> {
  const url = parseSourceUrl(address);
  const overtime = new AbortController();
  const timer = setTimeout(() => overtime.abort(tooSlow(limits)), limits.totalSeconds * 1000);
  const stop = AbortSignal.any(signal ? [signal, overtime.signal] : [overtime.signal]);
  try {
    await using output = await Output.reserve(path);
    const opened = await openFile(url, limits, guard, stop);
    try {
      const received = await receive(opened, output, limits, stop);
      await output.publish();
      return { path: output.path, ...received, type: typeOf(opened.response), name: nameOf(opened.url) };
    } finally {
      opened.response.destroy();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The answer at the end of all redirects, and where it came from. */
export interface OpenedFile {
  readonly url: URL;
  readonly response: IncomingMessage;
}

/** Follows redirects until there is a file. */
async function openFile(first: URL, limits: DownloadLimits, guard: Guard, signal: AbortSignal): Promise<OpenedFile> {
  const opened = await followRedirects(first, {}, limits.idleSeconds, guard, signal);
  try {
    await checkAnswer(opened.url, opened.response, limits, signal);
    return opened;
  } catch (thrown) {
    opened.response.destroy();
    throw thrown;
  }
}

/**
 * Asks for a file, and again wherever the answer points to. The receiver reads the answer to its end or destroys it.
 * @throws {OratorError} `source/blocked`, `source/unreachable`, `source/refused` for too many redirects, `cancelled`
 */
export async function followRedirects(
  first: URL,
  headers: OutgoingHttpHeaders,
  idleSeconds: number,
  guard: Guard,
  signal: AbortSignal,
): Promise<OpenedFile> {
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    // Anything packed could unpack to any size.
    const all = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'orator', ...headers };
    const response = await sendGuarded(url, { method: 'GET', headers: all, idleSeconds, signal }, guard);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode!) || location === undefined) return { url, response };
    response.destroy();
    url = parseSourceUrl(location, url);
  }
  throw new OratorError(
    'source/refused',
    `"${first.hostname}" redirects more than ${MOST_REDIRECTS} times. Use the final URL.`,
  );
}

/** Refuses an answer that is no file, or one that is too large. */
async function checkAnswer(url: URL, response: IncomingMessage, limits: DownloadLimits, signal: AbortSignal) {
  const status = response.statusCode!;
  if (status !== 200) throw (await refusalIn(response, signal)) ?? refusedWith(url, status);
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new OratorError('source/refused', `"${url.hostname}" sends the file packed, which it was asked not to.`);
  }
  if (Number(response.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits);
}

/** The error for an answer that is no file. */
export function refusedWith(url: URL, status: number): OratorError {
  const said = `"${url.hostname}" answers with HTTP ${status}`;
  return BUSY.has(status)
    ? new OratorError('source/unreachable', `${said}. Try again later.`)
    : new OratorError('source/refused', `${said}. Check the URL.`);
}

/** What the beginning of an answer says about why there is no file. */
async function refusalIn(response: IncomingMessage, signal: AbortSignal): Promise<OratorError | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LONGEST_REFUSAL_BYTES) break;
    }
  } catch {
    if (signal.aborted) throw stopped(signal);
    // The status alone has to do.
  }
  return storageRefusal(Buffer.concat(chunks).toString());
}

/** Writes the body to the temporary file, as long as it keeps within its limits. */
async function receive({ url, response }: OpenedFile, output: Output, limits: DownloadLimits, signal: AbortSignal) {
  const hash = createHash('sha256');
  const beginning: Buffer[] = [];
  let bytes = 0;
  await using file = await open(output.temporary, 'w');
  for await (const chunk of bodyOf(url, response, signal)) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw tooLarge(limits);
    if (bytes <= LONGEST_REFUSAL_BYTES) beginning.push(chunk);
    hash.update(chunk);
    await file.appendFile(chunk).catch((thrown: unknown) => {
      throw outputError(thrown, output.path);
    });
  }
  const announced = response.headers['content-length'];
  if (announced !== undefined && Number(announced) !== bytes) {
    throw new OratorError(
      'source/unreachable',
      `"${url.hostname}" sent ${bytes} of ${announced} bytes. Try again later.`,
    );
  }
  const refusal = bytes <= LONGEST_REFUSAL_BYTES ? storageRefusal(Buffer.concat(beginning).toString()) : null;
  if (refusal) throw refusal;
  return { bytes, sha256: hash.digest('hex') };
}

/** The body of an answer, piece by piece. @throws {OratorError} `source/unreachable`, `cancelled` */
export async function* bodyOf(
  url: URL,
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (thrown) {
    throw unreachable(url, thrown, signal);
  }
}

function typeOf(response: IncomingMessage): string | undefined {
  const [type = ''] = (response.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() || undefined;
}

function nameOf(url: URL): string {
  const last = url.pathname.split('/').at(-1)!;
  try {
    // Decoded it may hold anything, also what would make it a path.
    return decodeURIComponent(last)
      .replace(/[/\\]|\p{C}/gu, '_')
      .slice(0, 200);
  } catch {
    return last.slice(0, 200);
  }
}

const tooLarge = ({ maxBytes }: DownloadLimits): OratorError =>
  new OratorError(
    'source/too-large',
    `The file is larger than the ${maxBytes} bytes that are allowed here. Give a smaller one.`,
  );

const tooSlow = ({ totalSeconds }: DownloadLimits): OratorError =>
  new OratorError('source/unreachable', `The file did not come within ${totalSeconds} s. Try again later.`);
