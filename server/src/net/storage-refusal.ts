import { OratorError } from '@orator/core/base/errors';

/** The beginning of an error that S3 and its likes answer with instead of a file. An SVG picture is XML as well, yet no `Error`. */
const ERROR_XML = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<Error[\s>]/;
/** Codes and messages for a link whose time is over, as S3, MinIO, R2, Google and Azure put it. */
const EXPIRED_CODE = /^(?:ExpiredToken|ExpiredRequest|RequestExpired|TokenExpired)$/;
const EXPIRED_MESSAGE = /\bexpired\b|not valid in the specified time frame/i;
/** Codes that ask for patience. */
const BUSY_CODE = /^(?:SlowDown|ServiceUnavailable|InternalError|RequestTimeout|ServerBusy)$/;

/** Longer than any error of a storage; what is longer is a file. */
export const LONGEST_REFUSAL_BYTES = 64 << 10;

/** What the error page of a storage means, or `null` when the text is none. */
export function storageRefusal(text: string): OratorError | null {
  if (!ERROR_XML.test(text)) return null;
  const code =
    textOf(text, 'Code')
      .replace(/[^\w.-]/g, '')
      .slice(0, 60) || 'Error';
  const message = textOf(text, 'Message');
  if (
    EXPIRED_CODE.test(code) ||
    EXPIRED_MESSAGE.test(message) ||
    EXPIRED_MESSAGE.test(textOf(text, 'AuthenticationErrorDetail'))
  ) {
    return new OratorError('source/expired', `The link to the file has expired (${code}). Make a new one.`);
  }
  if (BUSY_CODE.test(code)) {
    return new OratorError('source/unreachable', `The storage of the file is busy (${code}). Try again later.`);
  }
  const said = message
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return new OratorError(
    'source/refused',
    `The storage of the file refused to give it: ${said ? `${code}: ${said}` : code}`,
  );
}

const textOf = (xml: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
