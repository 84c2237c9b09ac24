import { OratorError } from '@orator/core/base/errors';

/** Texts that no message may hold: keys, tokens. */
export type Secrets = readonly (string | undefined)[];

/** What the SDK says besides its name and message. */
interface SdkError extends Error {
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** A failed request is one of these; `reason` is `Code: message`, as S3 put it. */
export class S3Reason extends Error {
  override readonly name = 'S3Reason';
  readonly reason: string;
  readonly httpStatus: number | undefined;

  constructor(reason: string, httpStatus?: number) {
    super(reason);
    this.reason = reason;
    this.httpStatus = httpStatus;
  }
}

/** Names that the SDK gives to an absence, which S3 says differently to HEAD and to GET. */
const ABSENT = new Set(['NoSuchKey', 'NotFound']);

/** Whether a request failed because there is no such object. */
export const isAbsent = (thrown: unknown): boolean => thrown instanceof Error && ABSENT.has(codeOf(thrown));

/** Whether a request failed because no byte of the object lies in its range. */
export const isOutOfRange = (thrown: unknown): boolean =>
  thrown instanceof Error && (codeOf(thrown) === 'InvalidRange' || statusOf(thrown) === 416);

/** Turns what the SDK throws into `storage/failed`, or `cancelled` after an abort. What the SDK knows of the request stays here. */
export function s3Failure(thrown: unknown, doing: string, secrets: Secrets): OratorError {
  if (thrown instanceof OratorError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return OratorError.from(new DOMException('', 'AbortError'));
  const { reason, httpStatus } = reasonOf(thrown, secrets);
  // The SDK's own error carries the request, and S3's answer with the key that signed it: neither may reach a log.
  return new OratorError('storage/failed', `S3 failed to ${doing}: ${reason}.`, {
    cause: new S3Reason(reason, httpStatus),
  });
}

/** The reason that S3 gave for a failure of this storage, as `Code: message`; `null` for any other failure. */
export const s3ReasonOf = (failure: unknown): string | null =>
  failure instanceof OratorError && failure.cause instanceof S3Reason ? failure.cause.reason : null;

function reasonOf(thrown: unknown, secrets: Secrets): { reason: string; httpStatus?: number } {
  if (!(thrown instanceof Error)) return { reason: 'unknown' };
  if (thrown.name === 'CredentialsProviderError') return { reason: 'missing AWS credentials' };
  const code = codeOf(thrown);
  const message = scrub(messageOf(thrown), secrets).replace(/\.$/, '');
  const reason = !message || message === code || message === 'UnknownError' ? code : `${code}: ${message}`;
  return { reason: reason === 'Error' ? 'unknown' : reason, httpStatus: statusOf(thrown) };
}

const statusOf = (thrown: Error): number | undefined => (thrown as SdkError).$metadata?.httpStatusCode;

function codeOf(thrown: Error): string {
  const { Code, code, name } = thrown as SdkError;
  for (const found of [Code, name === 'Error' || name === 'AggregateError' ? code : name]) {
    if (typeof found === 'string' && found && found !== 'Unknown' && found !== 'UnknownError') return found;
  }
  const status = statusOf(thrown);
  return status === undefined ? name : `HTTP ${status}`;
}

/** Of several failed addresses of one host, the first tells enough. */
const messageOf = (thrown: Error): string =>
  thrown instanceof AggregateError && !thrown.message && thrown.errors[0] instanceof Error
    ? thrown.errors[0].message
    : thrown.message;

function scrub(message: string, secrets: Secrets): string {
  let text = message.replace(/https?:\/\/\S+/g, '[address]');
  for (const secret of secrets) if (secret) text = text.replaceAll(secret, '[secret]');
  // One line, of a length that fits in a log.
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
