import { OratorError } from '@orator/core/base/errors';

/** Where a session is pushed to: what is in its address and key is secret, all but the host. */
export type PushTarget =
  | {
      readonly protocol: 'rtmp';
      readonly url: URL;
      readonly isSecure: boolean;
      /** The application on the server, and the stream in it. */
      readonly app: string;
      readonly stream: string;
    }
  | { readonly protocol: 'whip'; readonly url: URL; readonly token: string | undefined };

/**
 * Reads where to push to: `rtmp(s)://host/app` and a key, or with the key as the last part of the path; or the `http(s)` address of a
 * WHIP endpoint, with its token as the key.
 * @throws {OratorError} `request/invalid`, `source/blocked` for an address of another kind.
 */
export function readPushTarget(text: string, key: string | undefined): PushTarget {
  const url = URL.parse(text);
  if (!url || url.hostname === '') {
    throw new OratorError('request/invalid', 'The address is not a URL. It looks like "rtmp://host/app", with a key.');
  }
  if (url.username || url.password) {
    throw new OratorError('source/blocked', 'Addresses with a user name or password are not followed. Send a key.');
  }
  switch (url.protocol) {
    case 'rtmp:':
    case 'rtmps:':
      return { protocol: 'rtmp', url, isSecure: url.protocol === 'rtmps:', ...placeOf(url, key) };
    case 'http:':
    case 'https:':
      if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
        throw new OratorError('request/invalid', 'The key of a WHIP endpoint is a token without spaces.');
      }
      return { protocol: 'whip', url, token: key };
    default:
      throw new OratorError('source/blocked', 'Sessions are pushed to rtmp, rtmps, and by WHIP to https addresses.');
  }
}

function placeOf({ pathname, search }: URL, key: string | undefined) {
  const parts = pathname.split('/').filter((part) => part !== '');
  const stream = key ?? parts.pop();
  if (stream === undefined || parts.length === 0) {
    throw new OratorError(
      'request/invalid',
      'An RTMP address has an application and a stream: "rtmp://host/app", with a key.',
    );
  }
  try {
    return { app: decodeURI(parts.join('/')), stream: key ?? `${decodeURI(stream)}${search}` };
  } catch {
    throw new OratorError('request/invalid', 'The path of the address has a percent sign that stands for nothing.');
  }
}

/** What may be told and logged of a target. */
export const shownTarget = ({ url }: PushTarget): string => `${url.protocol}//${url.host}`;
