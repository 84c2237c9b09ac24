import type { IncomingHttpHeaders } from 'node:http';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyReply } from 'fastify';
import type { Storage } from '../storage/storage.ts';

/**
 * Answers with a stored file or the part of it that was asked for (RFC 9110, one range); with 304 where the caller has it already, and
 * with all of it where the caller's part is of another one.
 * @throws {OratorError} `asset/unknown`, `storage/missing`; `request/range` for a part that it has not.
 */
export async function sendStored(
  reply: FastifyReply,
  storage: Storage,
  key: string,
  { range, 'if-range': condition, 'if-none-match': known }: IncomingHttpHeaders,
): Promise<FastifyReply> {
  const file = await storage.stat(key);
  if (!file) throw new OratorError('asset/unknown', 'The file is no longer there.');
  const etag = `"${file.sha256 || file.etag || file.modifiedAt.getTime()}"`;
  const modified = file.modifiedAt.toUTCString();
  const isKnown = known?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
  const isSame = condition === undefined || condition === etag || condition === modified;
  const part = range === undefined || !isSame || isKnown ? undefined : readRange(range, file.bytes);
  if (part === null) {
    reply.header('content-range', `bytes */${file.bytes}`);
    throw new OratorError('request/range', `The file has ${file.bytes} bytes. Ask for some of them, from 0 on.`);
  }
  reply
    .header('content-type', file.type)
    .header('accept-ranges', 'bytes')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('cache-control', 'private, max-age=3600')
    .header('etag', etag)
    .header('last-modified', modified);
  if (isKnown) return reply.code(304).send();
  const { body } = await storage.read(key, part);
  if (part) {
    const length = part.end - part.start + 1;
    reply
      .code(206)
      .header('content-range', `bytes ${part.start}-${part.end}/${file.bytes}`)
      .header('content-length', length);
  } else {
    reply.header('content-length', file.bytes);
  }
  return reply.send(body);
}

/** The first and last byte that are asked for; undefined where the header is to be ignored, null where it cannot be met. */
function readRange(header: string, bytes: number): { readonly start: number; readonly end: number } | undefined | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (from === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  return start <= end && start < bytes ? { start, end } : null;
}
