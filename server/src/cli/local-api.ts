import { isErrorCode, OratorError } from '@orator/core/base/errors';
import { createApp } from '../api/app.ts';
import { OWNER_HEADER } from '../api/local-key.ts';
import type { Config } from '../config.ts';
import { findServer } from '../service/running-server.ts';
import { openService } from '../service/service.ts';

/** Where a service is reached, and a key that may do all there. */
interface Door {
  readonly url: string;
  readonly key: string;
}

/** The HTTP API of the data folder, for commands: that of the running server, or of one that lives as long as the command. */
export class LocalApi implements AsyncDisposable {
  readonly #door: Door;
  readonly #owner: string;
  readonly #closing: AsyncDisposableStack;

  private constructor(door: Door, owner: string, closing: AsyncDisposableStack) {
    this.#door = door;
    this.#owner = owner;
    this.#closing = closing;
  }

  /**
   * Finds the server that has the data folder, or opens the folder itself. `owner` says whose things a command is about.
   * @throws {OratorError} `data/locked` when something else has the folder.
   */
  static async open(config: Config, owner: string): Promise<LocalApi> {
    await using opening = new AsyncDisposableStack();
    const door = (await findServer(config.data)) ?? (await openOwn(config, opening));
    return new LocalApi(door, owner, opening.move());
  }

  /** Asks for a file or sends one. @throws {OratorError} what the service answers, by its code; `runtime/exhausted` when it does not. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, key } = this.#door;
    const headers = { authorization: `Bearer ${key}`, [OWNER_HEADER]: this.#owner, ...init.headers };
    const response = await fetch(`${url}/api/v1${path}`, { ...init, headers }).catch((cause: unknown) => {
      if (init.signal?.aborted) throw init.signal.reason;
      throw new OratorError('runtime/exhausted', `The server at ${url} does not answer. Try again.`, { cause });
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** Asks for JSON; the caller says what it is, as the service's own schema has it. */
  async ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await this.fetch(path, init);
    return (response.status === 204 ? null : await response.json()) as Answer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing.disposeAsync();
  }
}

/** A service for one command: it does no jobs, says nothing, and is reached by this process alone. */
async function openOwn(config: Config, closing: AsyncDisposableStack): Promise<Door> {
  const quiet = { ORATOR_WORKERS: 0, ORATOR_LOG_CONSOLE: false, ORATOR_LOG_FILES: false, ORATOR_AUTH: 'keys' } as const;
  const own: Config = { ...config, values: { ...config.values, ...quiet } };
  const service = closing.use(await openService(own, 'http://127.0.0.1'));
  const app = await createApp(service);
  closing.defer(() => app.close());
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), key: service.localKey.value };
}

async function problemOf(response: Response): Promise<OratorError> {
  const problem: unknown = await response.json().catch(() => null);
  const { code, detail } = (problem ?? {}) as { readonly code?: unknown; readonly detail?: unknown };
  if (typeof code === 'string' && isErrorCode(code)) return new OratorError(code, String(detail));
  return new OratorError('internal', `The server answered with status ${response.status}. Look into its log.`);
}
