import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { OratorClient } from '@orator/client/client';

const PROGRAM = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));
/** The embedded database is made at the first start. */
const PATIENCE_MS = 120_000;

/** `orator serve` as a process of its own, for tests that talk to it over HTTP. */
export class TestService implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #env: Readonly<Record<string, string>>;
  readonly #options: readonly string[];
  url = '';
  /** All it has said so far. */
  said = '';

  private constructor(env: Readonly<Record<string, string>>, ...command: readonly string[]) {
    this.#env = env;
    this.#options = command.slice(1);
    this.child = spawn(process.execPath, [PROGRAM, ...command], {
      env: { ...process.env, ORATOR_PORT: '0', ORATOR_LOG_CONSOLE: 'false', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (data: Buffer) => (this.said += data.toString()));
    }
  }

  /** Starts it and waits until it listens. */
  static async start(env: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<TestService> {
    const service = new TestService(env, 'serve', ...options);
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(50)) {
      const address = /listens at (\S+)/.exec(service.said)?.[1];
      if (address && /data {11}/.test(service.said)) {
        service.url = address;
        return service;
      }
      if (service.child.exitCode !== null) break;
    }
    service.child.kill('SIGKILL');
    throw new Error(`The service did not start:\n${service.said}`);
  }

  /** Starts a worker without HTTP and waits until it is ready. */
  static async startWorker(env: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<TestService> {
    const worker = new TestService(env, 'worker', ...options);
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && worker.child.exitCode === null; await pause(50)) {
      if (worker.said.includes('is ready')) return worker;
    }
    worker.child.kill('SIGKILL');
    throw new Error(`The worker did not start:\n${worker.said}`);
  }

  /** A client of it, with a key where one is needed. */
  client(key?: string): OratorClient {
    return new OratorClient({ url: this.url, key });
  }

  /** Asks for JSON of any shape, right or wrong. A body is sent as JSON unless it is a form. */
  async ask(path: string, { body, headers, ...init }: Omit<RequestInit, 'body'> & { body?: unknown } = {}) {
    const form = body instanceof FormData;
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      method: init.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(form || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // Each test checks what it reads; a wrong shape fails there.
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as Answer };
  }

  /** Uploads bytes and gives the answer. */
  async upload(bytes: Uint8Array, name: string, headers: Record<string, string> = {}) {
    const form = new FormData();
    form.append('file', new Blob([Uint8Array.from(bytes)]), name);
    return this.ask('/api/v1/uploads', { body: form, headers });
  }

  /** Waits until a job is in a state, or fails with where it is. */
  async until(job: string, state: string, seconds = 60, headers: Record<string, string> = {}): Promise<Answer> {
    let last: Answer = null!;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
      last = (await this.ask(`/api/v1/jobs/${job}`, { headers })).body;
      if (last.state === state) return last;
      if (last.status) break; // no job at all
    }
    throw new Error(`The job did not become ${state}: ${JSON.stringify(last)}`);
  }

  /** Ends it as a crash would, its children included, and starts another one on the same data. */
  async crash(): Promise<TestService> {
    await this.end('SIGKILL');
    return this.again();
  }

  /** Starts another one on the same data, with other settings where `env` has some. */
  again(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
    return TestService.start({ ...this.#env, ...env }, ...this.#options);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}

/** A JSON answer of any shape. */
export interface Answer {
  readonly [name: string]: Answer & string & number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
