import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AssetRow } from '../store/tables.ts';
import type { Intake } from '../uploads/intake.ts';

/** Documents a form with one file; a form is read as it comes, so nothing of it can be checked beforehand. */
export const formBody = z
  .unknown()
  .meta({ type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] });

/** The bytes that a request says it has, the words around its file included; 0 where it does not say. */
export const announcedBytes = ({ headers }: Pick<FastifyRequest, 'headers'>): number =>
  Number(headers['content-length']) || 0;

/** Takes a file of a form in as an upload. @throws {OratorError} what `Intake.take` throws. */
export function takePart(intake: Intake, owner: string, part: MultipartFile): Promise<AssetRow> {
  return intake.take({ owner, name: part.filename, source: whole(part, intake) }).finally(() => part.file.resume()); // the rest of the request has to be read before it can be answered
}

/** A file of a form, which is cut where it becomes too large. */
async function* whole({ file }: MultipartFile, intake: Intake): AsyncGenerator<Uint8Array, void, undefined> {
  yield* file.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  if (file.truncated) throw intake.tooLarge();
}
