import { sql } from 'kysely';
import type { Database } from '../store/database.ts';

/** Which job of an endpoint builds the avatar of a job of ours: kept, so that a process that comes later follows it and pays no second one. */
export class RemoteBuilds {
  readonly #tables: Database['tables'];
  readonly #endpoint: string;

  constructor({ tables }: Database, endpoint: string) {
    this.#tables = tables;
    this.#endpoint = endpoint;
  }

  /** The endpoint's job that may still bring the avatar, or has it. */
  async openOf(jobId: string): Promise<string | undefined> {
    const row = await this.#tables
      .selectFrom('remote_builds')
      .select('runpod_job_id')
      .where('job_id', '=', jobId)
      .where('endpoint', '=', this.#endpoint)
      .where('is_open', '=', true)
      .executeTakeFirst();
    return row?.runpod_job_id;
  }

  /** Keeps the endpoint's job that builds from now on. */
  async keep(jobId: string, runpodJobId: string): Promise<void> {
    const build = { endpoint: this.#endpoint, runpod_job_id: runpodJobId, is_open: true };
    await this.#tables
      .insertInto('remote_builds')
      .values({ job_id: jobId, ...build })
      .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ ...build, submitted_at: sql<Date>`now()` }))
      .execute();
  }

  /** Nothing comes of the endpoint's job any more. */
  async close(runpodJobId: string): Promise<void> {
    await this.#tables
      .updateTable('remote_builds')
      .set({ is_open: false })
      .where('endpoint', '=', this.#endpoint)
      .where('runpod_job_id', '=', runpodJobId)
      .execute();
  }

  /** Whether our job was cancelled. */
  async isCancelled(jobId: string): Promise<boolean> {
    const row = await this.#tables.selectFrom('jobs').select('state').where('id', '=', jobId).executeTakeFirst();
    return row?.state === 'cancelled';
  }

  /** The endpoint's jobs for those of ours that were cancelled while nobody followed. */
  async forgotten(): Promise<readonly string[]> {
    const rows = await this.#tables
      .selectFrom('remote_builds')
      .innerJoin('jobs', 'jobs.id', 'remote_builds.job_id')
      .select('runpod_job_id')
      .where('endpoint', '=', this.#endpoint)
      .where('is_open', '=', true)
      .where('state', '=', 'cancelled')
      .execute();
    return rows.map((row) => row.runpod_job_id);
  }
}
