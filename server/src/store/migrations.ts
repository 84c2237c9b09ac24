import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** Each changes the tables once, in the order of their names; one that has been released is never changed again. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-keys-assets-jobs': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table keys (
          id text primary key, name text not null, hash text not null unique, scopes jsonb not null,
          created_at timestamptz not null default now(), revoked_at timestamptz
        )`.execute(db);
      await sql`
        create table assets (
          id text primary key, owner text not null, kind text not null, storage_key text not null unique, name text not null,
          type text not null, bytes double precision not null, sha256 text not null,
          created_at timestamptz not null default now(), expires_at timestamptz
        )`.execute(db);
      await sql`create index assets_by_owner on assets (owner, created_at desc)`.execute(db);
      await sql`create index assets_by_expiry on assets (expires_at) where expires_at is not null`.execute(db);
      await sql`
        create table jobs (
          id text primary key, owner text not null, kind text not null, request jsonb not null, state text not null, outcome text,
          attempt integer not null default 0, most_attempts integer not null, priority integer not null default 0, progress jsonb,
          result jsonb, asset_id text, error_code text, error_message text, idempotency_key text, request_hash text not null,
          correlation_id text not null, worker text, created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(), started_at timestamptz, finished_at timestamptz,
          unique (owner, idempotency_key)
        )`.execute(db);
      await sql`create index jobs_by_owner on jobs (owner, created_at desc)`.execute(db);
      await sql`create index jobs_by_state on jobs (state, updated_at)`.execute(db);
    },
  },
  '0002-webhooks': {
    async up(db: Kysely<unknown>) {
      await sql`alter table jobs add column webhook text`.execute(db);
      await sql`
        create table deliveries (
          id text primary key, owner text not null, job_id text not null, url text not null, body text not null,
          attempts integer not null default 0, last_status integer, last_error text,
          created_at timestamptz not null default now(), delivered_at timestamptz
        )`.execute(db);
      await sql`create index deliveries_by_owner on deliveries (owner, created_at desc)`.execute(db);
      await sql`create table secrets (name text primary key, value text not null)`.execute(db);
    },
  },
  '0004-avatars': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table avatars (
          id text primary key references assets (id) on delete cascade, owner text not null, name text not null, model text not null,
          face_size integer, frames integer not null, width integer not null, height integer not null, job_id text, picture bytea,
          created_at timestamptz not null default now()
        )`.execute(db);
      await sql`create index avatars_by_owner on avatars (owner, created_at desc)`.execute(db);
      // Until now an avatar was the file of a job, and all else about it stood in that job's result.
      await sql`
        insert into avatars (id, owner, name, model, face_size, frames, width, height, job_id, created_at)
        select assets.id, assets.owner, regexp_replace(assets.name, '[.]tar$', ''), result->'avatar'->>'model',
          (result->'avatar'->>'faceSize')::integer, (result->'avatar'->>'frames')::integer, (result->'avatar'->>'width')::integer,
          (result->'avatar'->>'height')::integer, jobs.id, assets.created_at
        from assets join jobs on jobs.asset_id = assets.id
        where assets.kind = 'avatar' and result->'avatar' is not null`.execute(db);
    },
  },
  '0006-limits-workers': {
    async up(db: Kysely<unknown>) {
      await sql`alter table keys add column limits jsonb not null default '{}'`.execute(db);
      await sql`alter table jobs add column at_once integer, add column seconds double precision`.execute(db);
      await sql`create index jobs_by_end on jobs (owner, finished_at) where seconds is not null`.execute(db);
      await sql`
        create table workers (
          name text primary key, kinds jsonb not null, speeds jsonb not null, working integer not null, started_at timestamptz not null,
          seen_at timestamptz not null default now()
        )`.execute(db);
    },
  },
  '0005-runpod': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table endpoint_jobs (
          id text primary key, endpoint text not null, owner text not null, status text not null, place bigserial not null,
          request text not null, execution_ms double precision not null, output text, error text, worker text, tries integer not null default 0,
          created_at timestamptz not null, queued_at timestamptz not null, started_at timestamptz, ended_at timestamptz,
          heard_at timestamptz, overtime_at timestamptz, expires_at timestamptz not null, tell_by timestamptz
        )`.execute(db);
      await sql`create index endpoint_jobs_by_status on endpoint_jobs (endpoint, status, place)`.execute(db);
      await sql`create index endpoint_jobs_by_expiry on endpoint_jobs (endpoint, expires_at)`.execute(db);
      await sql`
        create table remote_builds (
          job_id text primary key, endpoint text not null, runpod_job_id text not null, is_open boolean not null default true,
          submitted_at timestamptz not null default now()
        )`.execute(db);
    },
  },
  '0003-uploads': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table uploads (
          id text primary key, owner text not null, name text, metadata text not null, bytes double precision not null,
          received double precision not null default 0, writer text, created_at timestamptz not null default now(),
          expires_at timestamptz not null, finished_at timestamptz
        )`.execute(db);
      await sql`create index uploads_by_expiry on uploads (expires_at)`.execute(db);
      await sql`
        create table pieces (
          upload_id text not null references uploads (id) on delete cascade, starts_at double precision not null,
          storage_key text not null unique, primary key (upload_id, starts_at)
        )`.execute(db);
    },
  },
  '0007-jobs-by-asset': {
    async up(db: Kysely<unknown>) {
      await sql`create index jobs_by_asset on jobs (asset_id) where asset_id is not null`.execute(db);
    },
  },
};

/** Brings the tables to where this version needs them, or as far as a migration `until`. Safe when several processes start at once. */
export async function migrate<T>(db: Kysely<T>, until?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await (until === undefined ? migrator.migrateToLatest() : migrator.migrateTo(until));
  if (error) throw error;
}

/** All that the migrations say to a database, in order, without one. */
export async function migrationStatements(): Promise<readonly string[]> {
  const said: string[] = [];
  const nobody = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log({ query }) {
      said.push(query.sql);
    },
  });
  for (const name of Object.keys(MIGRATIONS).sort()) await MIGRATIONS[name]!.up(nobody);
  return said;
}
