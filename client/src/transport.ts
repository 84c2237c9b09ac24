import { readEvents } from './event-stream.ts';
import { ServiceError } from './service-error.ts';

/** How the service is reached. */
export interface TransportOptions {
  /** Where the service is: `http://127.0.0.1:8000`. Nothing in a page that the service itself serves. */
  readonly url?: string;
  /** The key, or what gives it: asked before every request. */
  readonly key?: string | (() => string | undefined | Promise<string | undefined>);
  /** How often a call that can be repeated is tried again. 3 by default. */
  readonly retries?: number;
  /** Seconds after which a stream of events that says nothing counts as lost; the service speaks every 15. 45 by default. */
  readonly silenceSeconds?: number;
  /** Sends requests instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Waits instead of a timer; rejects with the signal's reason when that fires. */
  readonly wait?: (seconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** What every call takes. */
export interface CallOptions {
  /** Stops the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** More headers. `x-request-id` is the id under which the service's log has the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sees the status and headers of the answer. It must leave the body unread. */
  readonly onResponse?: (response: Response) => void;
}

/** Bytes that a request carries. */
export type Binary = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** One request, as the methods of `Api` put it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: object;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** At most one of these three is the body. */
  readonly json?: unknown;
  readonly form?: object;
  readonly bytes?: Binary | undefined;
  /** The media type of `bytes`. */
  readonly type?: string;
  /** Statuses of failure that are answers all the same. */
  readonly answers?: readonly number[];
}

const RETRIES = 3;
const SILENCE_SECONDS = 45;
/** Before the first further try; each later one waits twice as long. */
const FIRST_WAIT_SECONDS = 0.5;
/** Whoever is told to wait longer than this is better told at once. */
const LONGEST_WAIT_SECONDS = 60;
/** Methods that may be repeated without doing anything twice. */
const REPEATABLE = ['GET', 'HEAD', 'PUT', 'DELETE'];
const IDEMPOTENCY_KEY = 'idempotency-key';

/** Sends calls over `fetch` and reads the answers. Calls that can be repeated are, where that may help. */
export class Transport {
  readonly wait: NonNullable<TransportOptions['wait']>;
  readonly #options: TransportOptions;
  readonly #url: string;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#url = (options.url ?? '').replace(/\/+$/, '');
    this.wait = options.wait ?? pause;
  }

  /** Reads the answer as JSON; undefined where there is no body. */
  async json<T>(call: Call, options: CallOptions): Promise<T> {
    const response = await this.response(call, {
      ...options,
      headers: { accept: 'application/json', ...options.headers },
    });
    const text = await response.text().catch((thrown: unknown) => this.#fail(call, thrown, options.signal));
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T; // what the service's own document says
    } catch (cause) {
      throw new ServiceError('The answer is not JSON. Check that the address is that of an Orator service.', {
        code: 'unknown',
        status: response.status,
        cause,
      });
    }
  }

  /** Reads server-sent events, each of which holds JSON, until the service ends the stream. Rejects when it is lost before. */
  async *events<T>(call: Call, options: CallOptions): AsyncGenerator<T, void> {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      const { silenceSeconds = SILENCE_SECONDS } = this.#options;
      timer = setTimeout(() => silence.abort(new Error('the stream went silent')), silenceSeconds * 1000);
    };
    const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
    heard();
    try {
      const headers = { accept: 'text/event-stream', ...options.headers };
      const { body } = await this.response(call, { ...options, signal, headers });
      for await (const { data } of readEvents(body, heard)) yield JSON.parse(data) as T;
    } catch (thrown) {
      this.#fail(call, thrown, options.signal);
    } finally {
      clearTimeout(timer);
      silence.abort(); // the connection ends with its reader
    }
  }

  /** Sends a call until it is answered; the body of the answer is unread. @throws {ServiceError} when the answer is an error. */
  async response(call: Call, options: CallOptions): Promise<Response> {
    const repeatable = isRepeatable(call);
    const retries = repeatable ? (this.#options.retries ?? RETRIES) : 0;
    const request = withIdempotencyKey(call);
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#answer(request, options);
      if (!(answer instanceof ServiceError)) return answer;
      const seconds = answer.retryAfterSeconds ?? FIRST_WAIT_SECONDS * 2 ** attempt * (0.5 + Math.random() / 2);
      if (!answer.mayPass || attempt >= retries || seconds > LONGEST_WAIT_SECONDS) throw answer;
      await this.wait(seconds, options.signal);
    }
  }

  /** One try: the answer, or what is wrong with it. Rejects only when it is stopped. */
  async #answer(call: Call, options: CallOptions): Promise<Response | ServiceError> {
    const { signal } = options;
    try {
      const response = await (this.#options.fetch ?? fetch)(this.#url + call.path + queryOf(call.query), {
        method: call.method,
        headers: { ...(await this.#authorization()), ...headersOf(call), ...options.headers },
        ...bodyOf(call),
        ...(signal ? { signal } : {}),
      });
      options.onResponse?.(response);
      return response.ok || call.answers?.includes(response.status) ? response : await ServiceError.of(response);
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      return ServiceError.unreachable(this.#url + call.path, thrown);
    }
  }

  async #authorization(): Promise<Record<string, string>> {
    const { key } = this.#options;
    const value = typeof key === 'function' ? await key() : key;
    return value ? { authorization: `Bearer ${value}` } : {};
  }

  /** Throws what a body that could not be read to its end means. */
  #fail(call: Call, thrown: unknown, signal: AbortSignal | undefined): never {
    if (signal?.aborted) throw signal.reason;
    throw thrown instanceof ServiceError ? thrown : ServiceError.unreachable(this.#url + call.path, thrown);
  }
}

/** A value as one part of a path. */
export const segment = (value: string): string => encodeURIComponent(value);

const isRepeatable = ({ method, headers = {}, bytes }: Call) =>
  !(bytes instanceof ReadableStream) && (REPEATABLE.includes(method) || IDEMPOTENCY_KEY in headers);

/** A creation is given a key once, so that trying again makes nothing twice. */
const withIdempotencyKey = (call: Call): Call =>
  call.headers && IDEMPOTENCY_KEY in call.headers && call.headers[IDEMPOTENCY_KEY] === undefined
    ? { ...call, headers: { ...call.headers, [IDEMPOTENCY_KEY]: crypto.randomUUID() } }
    : call;

function queryOf(query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) search.append(name, String(one));
  }
  return search.size > 0 ? `?${search}` : '';
}

function headersOf({ headers = {}, json, bytes, type }: Call): Record<string, string> {
  const said = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const contentType = json !== undefined ? 'application/json' : bytes !== undefined ? type : undefined;
  return { ...Object.fromEntries(said), ...(contentType ? { 'content-type': contentType } : {}) };
}

/** The body of a request, as `fetch` takes it. */
function bodyOf({ json, form, bytes }: Call): Pick<RequestInit, 'body'> {
  if (json !== undefined) return { body: JSON.stringify(json) };
  if (form) {
    const body = new FormData();
    for (const [name, value] of Object.entries(form)) {
      for (const one of [value].flat())
        if (one !== undefined) body.append(name, one instanceof Blob ? one : String(one));
    }
    return { body };
  }
  // A stream is only taken when it is said that the answer comes after it.
  if (bytes instanceof ReadableStream) return { body: bytes, duplex: 'half' } as Pick<RequestInit, 'body'>;
  return bytes === undefined ? {} : { body: bytes };
}

/** Waits with a timer. */
async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  const stop = () => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
