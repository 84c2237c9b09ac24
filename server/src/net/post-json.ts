import { OratorError } from '@orator/core/base/errors';
import { type Guard, parseSourceUrl, sendGuarded, unreachable } from './guarded-request.ts';

/** Enough for any polite answer; what comes after it is not waited for. */
const LONGEST_ANSWER_BYTES = 16 << 10;

/** How a message is sent. */
export interface PostOptions {
  /** From the first look-up to the end of the answer. */
  readonly timeoutSeconds: number;
  /** Besides the type and length of the body, such as a signature of it. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Posts JSON, given as text so that it can be signed, to a URL that a user gave; resolves to the status of the answer, whatever it
 * is: a redirect is not followed, and what the answer says is not looked at.
 * @throws {OratorError} `request/invalid` (no URL), `source/blocked`, `source/unreachable`, `cancelled`
 */
export async function postJson(address: string, json: string, options: PostOptions, guard: Guard): Promise<number> {
  const url = parseSourceUrl(address);
  const { timeoutSeconds } = options;
  const overtime = new AbortController();
  const reason = new OratorError('source/unreachable', `"${url.hostname}" did not answer within ${timeoutSeconds} s.`);
  const timer = setTimeout(() => overtime.abort(reason), timeoutSeconds * 1000);
  const signal = AbortSignal.any(options.signal ? [options.signal, overtime.signal] : [overtime.signal]);
  const headers = {
    ...options.headers,
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'orator',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(json)),
  };
  try {
    const request = { method: 'POST', headers, body: json, idleSeconds: timeoutSeconds, signal } as const;
    const response = await sendGuarded(url, request, guard);
    let bytes = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > LONGEST_ANSWER_BYTES) break;
      }
    } catch (thrown) {
      throw unreachable(url, thrown, signal);
    } finally {
      response.destroy();
    }
    return response.statusCode!;
  } finally {
    clearTimeout(timer);
  }
}
