/** Every way a request can fail: the HTTP status that says so, and whether trying again can help. */
const ERRORS = {
  'request/invalid': { http: 400, retry: false },
  'image/unreadable': { http: 422, retry: false },
  'image/too-large': { http: 413, retry: false },
  'face/not-found': { http: 422, retry: false },
  'face/too-small': { http: 422, retry: false },
  'face/turned-away': { http: 422, retry: false },
  'face/cut-off': { http: 422, retry: false },
  'face/several': { http: 422, retry: false },
  'video/too-short': { http: 422, retry: false },
  'video/too-long': { http: 422, retry: false },
  'video/unsupported': { http: 422, retry: false },
  'avatar/invalid': { http: 422, retry: false },
  'avatar/unknown': { http: 404, retry: false },
  'avatar/unsuitable': { http: 422, retry: false },
  'audio/unreadable': { http: 422, retry: false },
  'audio/empty': { http: 422, retry: false },
  'audio/silent': { http: 422, retry: false },
  'audio/too-long': { http: 413, retry: false },
  'text/unspeakable': { http: 422, retry: false },
  'voice/unknown': { http: 400, retry: false },
  'voice/failed': { http: 500, retry: true },
  'output/unwritable': { http: 500, retry: false },
  'output/disk-full': { http: 507, retry: true },
  'ffmpeg/missing': { http: 503, retry: false },
  'ffmpeg/failed': { http: 500, retry: true },
  'engine/unavailable': { http: 501, retry: false },
  'model/missing': { http: 503, retry: false },
  'model/unknown': { http: 404, retry: false },
  'model/licence': { http: 403, retry: false },
  'model/busy': { http: 409, retry: true },
  'model/invalid': { http: 422, retry: false },
  'model/failed': { http: 500, retry: true },
  'backend/none': { http: 501, retry: false },
  'data/locked': { http: 503, retry: false },
  'database/unreachable': { http: 503, retry: true },
  'job/unknown': { http: 404, retry: false },
  'job/not-possible': { http: 409, retry: false },
  'asset/unknown': { http: 404, retry: false },
  'session/busy': { http: 503, retry: true },
  'session/unknown': { http: 404, retry: false },
  'connection/unknown': { http: 404, retry: false },
  'codec/unsupported': { http: 406, retry: false },
  'worker/lost': { http: 500, retry: true },
  'worker/failed': { http: 500, retry: false },
  'worker/timed-out': { http: 504, retry: false },
  'runpod/failed': { http: 502, retry: true },
  'runpod/timed-out': { http: 504, retry: true },
  'runpod/refused': { http: 502, retry: false },
  'runpod/unreachable': { http: 502, retry: true },
  'key/missing': { http: 401, retry: false },
  'key/invalid': { http: 401, retry: false },
  'key/forbidden': { http: 403, retry: false },
  'limit/reached': { http: 429, retry: true },
  'request/unknown': { http: 404, retry: false },
  'request/conflict': { http: 409, retry: false },
  'request/wrong-type': { http: 415, retry: false },
  'upload/unsupported': { http: 415, retry: false },
  'upload/unknown': { http: 404, retry: false },
  'upload/conflict': { http: 409, retry: false },
  'upload/version': { http: 412, retry: false },
  'upload/checksum': { http: 460, retry: false },
  'request/too-large': { http: 413, retry: false },
  'request/range': { http: 416, retry: false },
  'runtime/exhausted': { http: 503, retry: true },
  'storage/missing': { http: 404, retry: false },
  'storage/bad-key': { http: 400, retry: false },
  'storage/failed': { http: 502, retry: true },
  'storage/elsewhere': { http: 500, retry: false },
  'source/blocked': { http: 422, retry: false },
  'source/unreachable': { http: 502, retry: true },
  'source/too-large': { http: 413, retry: false },
  'source/expired': { http: 422, retry: false },
  'source/refused': { http: 422, retry: false },
  cancelled: { http: 499, retry: false },
  internal: { http: 500, retry: false },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Whether a word from outside is one of our codes. */
export const isErrorCode = (word: string): word is ErrorCode => Object.hasOwn(ERRORS, word);

/** The one error type that crosses rooms. The message says what happened, the value seen, and what to do next. */
export class OratorError extends Error {
  override readonly name = 'OratorError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get policy() {
    return ERRORS[this.code];
  }

  /** Wraps anything thrown, so each edge handles exactly one type. An abort becomes `cancelled`. */
  static from(thrown: unknown): OratorError {
    if (thrown instanceof OratorError) return thrown;
    if (thrown instanceof Error && thrown.name === 'AbortError') {
      return new OratorError('cancelled', 'Stopped on request.', { cause: thrown });
    }
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return new OratorError('internal', `Unexpected failure: ${reason}`, { cause: thrown });
  }
}
