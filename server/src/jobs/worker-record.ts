import { sql } from 'kysely';
import type { Database } from '../store/database.ts';

/** A process says so often that it is there. */
const SAID_MS = 10_000;
/** A new job counts for so much of the speed that is told. */
const NEWEST = 0.3;

/** Tells in the database that this process works, on what, and how fast it has been. */
export class WorkerRecord implements AsyncDisposable {
  readonly #database: Database;
  readonly #name: string;
  readonly #kinds: () => Promise<readonly string[]>;
  readonly #onError: (error: unknown) => void;
  readonly #startedAt = new Date();
  readonly #speeds: Record<string, number> = {};
  readonly #timer: NodeJS.Timeout;
  #working = 0;
  #saying: Promise<void> = Promise.resolve();

  /** `kinds` is asked each time it says what it can do. */
  constructor(
    database: Database,
    name: string,
    kinds: () => Promise<readonly string[]>,
    onError: (error: unknown) => void,
  ) {
    this.#database = database;
    this.#name = name;
    this.#kinds = kinds;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.say(), SAID_MS);
    this.#timer.unref();
    void this.say();
  }

  started(): void {
    this.#working++;
  }

  /** A job ended after `elapsed` seconds; `seconds` long is what it made, where that is known. */
  ended(kind: string, elapsed: number, seconds?: number): void {
    this.#working--;
    if (seconds === undefined || elapsed <= 0) return;
    const speed = seconds / elapsed;
    const before = this.#speeds[kind] ?? speed;
    this.#speeds[kind] = before + (speed - before) * NEWEST;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#saying;
    await this.#database.tables.deleteFrom('workers').where('name', '=', this.#name).execute().catch(this.#onError);
  }

  /** Says it now, and not only in a while. */
  say(): Promise<void> {
    this.#saying = this.#write().catch(this.#onError);
    return this.#saying;
  }

  async #write(): Promise<void> {
    const kinds = JSON.stringify(await this.#kinds());
    const said = { kinds, speeds: JSON.stringify(this.#speeds), working: this.#working };
    await this.#database.tables
      .insertInto('workers')
      .values({ name: this.#name, started_at: this.#startedAt, ...said })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...said, seen_at: sql<Date>`now()` }))
      .execute();
  }
}
