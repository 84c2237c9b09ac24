import { createHmac, timingSafeEqual } from 'node:crypto';
import { OratorError } from '@orator/core/base/errors';
import { type Disposition, type DownloadLinkOptions, LONGEST_LINK_SECONDS } from './storage.ts';
import { isKey } from './storage-key.ts';

/** What a link that we signed stands for, or why it stands for nothing. */
export type LinkVerdict =
  | { readonly valid: true; readonly key: string; readonly name?: string; readonly disposition?: Disposition }
  | { readonly valid: false; readonly reason: 'expired' | 'altered' };

/** The number of seconds that a link lasts. @throws {OratorError} `request/invalid` */
export function linkSeconds(asked: number): number {
  if (!(asked >= 1))
    throw new OratorError('request/invalid', `A link cannot last ${asked} seconds. Ask for 1 or more.`);
  return Math.min(Math.floor(asked), LONGEST_LINK_SECONDS);
}

/** The path and query of a link to a file that works until it expires: `/files/<key>?expires=…&signature=…`. */
export function signLink(secret: Uint8Array, key: string, options: DownloadLinkOptions, nowMs = Date.now()): string {
  const expires = String(Math.ceil(nowMs / 1000) + linkSeconds(options.seconds));
  const query = new URLSearchParams({ expires });
  if (options.name !== undefined) query.set('name', options.name.toWellFormed());
  if (options.disposition !== undefined) query.set('disposition', options.disposition);
  query.set('signature', signatureOf(secret, key, query).toString('base64url'));
  return `/files/${key}?${query}`;
}

/** Says whether a link is one of ours, unaltered and still valid. `key` is what follows `/files/` in its path, decoded. */
export function verifyLink(secret: Uint8Array, key: string, query: URLSearchParams, nowMs = Date.now()): LinkVerdict {
  const given = Buffer.from(query.get('signature') ?? '', 'base64url');
  const right = signatureOf(secret, key, query);
  if (given.length !== right.length || !timingSafeEqual(given, right) || !isKey(key)) {
    return { valid: false, reason: 'altered' };
  }
  // Only what is signed is looked at from here on.
  if (Number(query.get('expires')) * 1000 <= nowMs) return { valid: false, reason: 'expired' };
  const disposition = query.get('disposition');
  return {
    valid: true,
    key,
    name: query.get('name') ?? undefined,
    disposition: disposition === 'inline' || disposition === 'attachment' ? disposition : undefined,
  };
}

function signatureOf(secret: Uint8Array, key: string, query: URLSearchParams): Buffer {
  // As JSON, so that no two different links are written the same way.
  const signed = JSON.stringify([key, query.get('expires'), query.get('name'), query.get('disposition')]);
  return createHmac('sha256', secret).update(signed).digest();
}
