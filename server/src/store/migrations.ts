import { type Kysely, sql } from 'kysely';
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
};

/** Brings the tables to where this version needs them. Safe when several processes start at once. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
