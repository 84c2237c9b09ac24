import type { Problem } from './schemas.ts';

/** What a `ServiceError` is made of. */
export interface ServiceErrorFacts {
  readonly code: string;
  readonly status: number;
  readonly title?: string;
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * The one error of the client: the service refused, or could not be reached. Its message says what happened and what to do next, for
 * people. A call that was stopped by its signal rejects with the signal's reason instead.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** What happened, for programs: `face/not-found`. `network` when nothing was answered, `unknown` when it was not the service that did. */
  readonly code: string;
  /** The HTTP status; 0 when nothing was answered. */
  readonly status: number;
  readonly title: string;
  /** The id under which the service's log has the request, where something was answered. */
  readonly requestId: string | undefined;
  /** After how many seconds another try may help, where the service says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { code, status, title = '', requestId, retryAfterSeconds, cause }: ServiceErrorFacts) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.title = title;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same call may succeed later: it was not answered, or turned away for now. */
  get mayPass(): boolean {
    if (this.status === 0) return true;
    if (this.status !== 429 && this.status !== 503) return false;
    // The service says when to come back wherever that can help; a proxy in front of it may not.
    return this.retryAfterSeconds !== undefined || this.code === 'unknown';
  }

  /** Reads the answer that says what went wrong. */
  static async of(response: Response): Promise<ServiceError> {
    const { status, statusText, headers } = response;
    const facts = {
      status,
      requestId: headers.get('x-request-id') ?? undefined,
      retryAfterSeconds: secondsIn(headers.get('retry-after')),
    };
    const text = await response.text().catch(() => '');
    const problem = problemIn(text);
    if (problem) return new ServiceError(problem.detail, { ...facts, code: problem.code, title: problem.title });
    return new ServiceError(`The answer was ${status} ${statusText}`.trim() + ', without a reason.', {
      ...facts,
      code: 'unknown',
      title: statusText,
    });
  }

  /** What is thrown when nothing, or only a part, was answered. */
  static unreachable(url: string, cause: unknown): ServiceError {
    // Node's "fetch failed" hides the reason inside.
    const inner = cause instanceof Error && cause.cause instanceof Error && cause.cause.message ? cause.cause : cause;
    const reason = inner instanceof Error ? inner.message : String(inner);
    return new ServiceError(`${url} cannot be reached: ${reason}. Check the address and that the service runs.`, {
      code: 'network',
      status: 0,
      cause,
    });
  }
}

function problemIn(text: string): Problem | undefined {
  try {
    const { code, detail, title } = JSON.parse(text) as Record<string, unknown>;
    if (typeof code !== 'string' || typeof detail !== 'string') return undefined;
    return { code, detail, title: String(title ?? '') } as Problem;
  } catch {
    return undefined; // a page of a proxy, or nothing
  }
}

/** The seconds that a Retry-After means: a number, or a date. */
function secondsIn(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
