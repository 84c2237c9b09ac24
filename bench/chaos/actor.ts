import { once } from 'node:events';
import type { TestService } from '../../server/src/service/test-service.ts';
import type { TestPostgres } from '../../server/src/store/test-postgres.ts';

/** How long a program may take to come back, tries included. */
const PATIENCE_MS = 180_000;
/** A program that was told to leave and has not after so long is ended. */
const LEAVE_MS = 30_000;
const RETRY_MS = 300;
const LAST_WORDS = 600;

/** A running program. */
export interface Program {
  /** Its number; not that of its children. */
  readonly pid: number;
  /** Resolves when it has ended, with its last words. */
  readonly ended: Promise<string>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Asks it to leave, and waits until it has. */
  leave(): Promise<void>;
}

/** A program that is killed now and then, and is started again until it runs: what a supervisor does for a service. */
export class Actor {
  readonly name: string;
  readonly #start: () => Promise<Program>;
  #program: Program | null = null;
  #returning: Promise<void> = Promise.resolve();
  /** The last words of each time that it ended although nobody killed it. */
  readonly falls: string[] = [];

  constructor(name: string, start: () => Promise<Program>) {
    this.name = name;
    this.#start = start;
  }

  /** Its process, while it is up. */
  get pid(): number | null {
    return this.#program?.pid ?? null;
  }

  /** Starts it. @throws {Error} when it does not run in time. */
  async start(): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(RETRY_MS)) {
      try {
        this.#watch(await this.#start());
        return;
      } catch (thrown) {
        if (performance.now() > end) throw thrown; // what it needs may be away for a while, the database for one
      }
    }
  }

  /** Kills it, and starts it again after a while; resolves when it is dead. */
  async kill(awayMs: number): Promise<void> {
    const program = this.#program;
    if (!program) return;
    this.#program = null;
    await program.kill();
    this.#comeBack(awayMs);
  }

  /** Waits until it is back. @throws {Error} when it did not come back. */
  settled(): Promise<void> {
    return this.#returning;
  }

  /** Asks it to leave, for good. False when it had to be forced. */
  async leave(): Promise<boolean> {
    const program = this.#program;
    this.#program = null;
    if (!program) return true;
    let left = true;
    const timer = setTimeout(() => {
      left = false;
      void program.kill();
    }, LEAVE_MS);
    await program.leave();
    clearTimeout(timer);
    return left;
  }

  #watch(program: Program): void {
    this.#program = program;
    void program.ended.then((words) => {
      if (this.#program !== program) return;
      this.#program = null;
      this.falls.push(words);
      this.#comeBack(0);
    });
  }

  #comeBack(awayMs: number): void {
    this.#returning = pause(awayMs).then(() => this.start());
    this.#returning.catch(() => {}); // told by `settled`
  }
}

/** A service or a worker as a program. */
export const programOf = (service: TestService): Program => ({
  pid: service.child.pid!,
  ended: once(service.child, 'close').then(() => service.said.slice(-LAST_WORDS)),
  kill: async () => void (await service.end('SIGKILL')),
  leave: async () => void (await service.end('SIGTERM')),
});

/** A database server as a program; it is running already, and leaves last of all, with its folder. */
export function databaseActor(postgres: TestPostgres): Actor {
  let wasKilled = false;
  return new Actor('database', async () => {
    if (wasKilled) await postgres.start();
    const kill = async () => {
      wasKilled = true;
      await postgres.kill();
    };
    return { pid: 0, ended: new Promise(() => {}), kill, leave: async () => {} };
  });
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
