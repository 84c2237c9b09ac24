import type { MultipartFile } from '@fastify/multipart';
import { OratorError } from '@orator/core/base/errors';
import type { FastifyError, FastifyRequest } from 'fastify';
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
export function takePart(
  intake: Intake,
  owner: string,
  part: MultipartFile,
  refuseMore: () => Promise<void> = async () => {},
): Promise<AssetRow> {
  return intake
    .take({ owner, name: part.filename, source: whole(part, intake, refuseMore) })
    .finally(() => part.file.resume()); // the rest of the request has to be read before it can be answered
}

/**
 * Takes in the only file of a form. Another one is refused before the first is kept.
 * @throws {OratorError} `request/invalid` for none or several, and what `Intake.take` throws.
 */
export async function takeOnlyFile(intake: Intake, request: FastifyRequest): Promise<AssetRow> {
  const files = request.files();
  const { value: part } = await files.next();
  if (!part) throw new OratorError('request/invalid', 'There is no file in the form. Add one field with a file.');
  return takePart(intake, request.caller.owner, part, async () => {
    const isLast = await files.next().then(
      ({ done }) => done,
      (thrown: FastifyError) => {
        if (thrown.code !== 'FST_FILES_LIMIT') throw thrown;
      },
    );
    if (!isLast) throw new OratorError('request/invalid', 'The form has more than one file. Send one with each form.');
  });
}

/** A file of a form, which is cut where it becomes too large. */
async function* whole(
  { file }: MultipartFile,
  intake: Intake,
  refuseMore: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* file.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  if (file.truncated) throw intake.tooLarge();
  await refuseMore();
}
