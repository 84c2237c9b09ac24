import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBlankArchive, makeBlankDatabase } from './blank-database.ts';
import { openTestDatabase } from './test-database.ts';

const MODULE = new URL('./blank-database.ts', import.meta.url).href;

describe('a blank database', () => {
  let folder: string;
  let archive: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orator-blank-'));
    await makeBlankArchive(join(folder, 'shelf'));
    const names = await readdir(join(folder, 'shelf'));
    expect(names).toEqual([expect.stringMatching(/^database-\w{16}\.tar\.gz$/)]);
    archive = names[0]!;
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a database in a data folder has: rows of our tables by name, and the tables of the queue. */
  const look = async (data: string) => {
    await using database = await openTestDatabase(data);
    const { tables } = database;
    const { rows: found } = await sql<{ schema: string; name: string }>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema in ('public', 'pgboss') order by 1, 2`.execute(tables);
    const ours = found.filter(({ schema, name }) => schema === 'public' && !name.startsWith('kysely_'));
    const counts = await Promise.all(
      ours.map(async ({ name }) => {
        const { rows } = await sql<{ n: number }>`select count(*)::integer as n from ${sql.table(name)}`.execute(
          tables,
        );
        return [name, rows[0]!.n] as const;
      }),
    );
    return { rows: Object.fromEntries(counts), queue: found.filter(({ schema }) => schema === 'pgboss') };
  };

  test('has all tables and not one row: no key, no secret', async () => {
    const data = join(folder, 'whole');
    await mkdir(data);
    await makeBlankDatabase(join(data, 'database'), join(folder, 'shelf'));
    const { rows, queue } = await look(data);
    expect(Object.keys(rows)).toEqual(expect.arrayContaining(['keys', 'secrets', 'jobs', 'assets', 'uploads']));
    expect(new Set(Object.values(rows))).toEqual(new Set([0]));
    expect(queue.length).toBeGreaterThan(5);
  }, 60_000);

  test('is made the long way where the archive is damaged, and the archive with it', async () => {
    const shelf = join(folder, 'damaged');
    const data = join(folder, 'long');
    await mkdir(shelf);
    await mkdir(data);
    await copyFile(join(folder, 'shelf', archive), join(shelf, archive));
    await truncate(join(shelf, archive), 1_000_000);
    await writeFile(join(shelf, 'database-0123456789abcdef.tar.gz'), 'of an earlier version');
    await makeBlankDatabase(join(data, 'database'), shelf);
    expect((await look(data)).rows.keys).toBe(0);
    expect(await readdir(shelf)).toEqual([archive]);
    await mkdir(join(folder, 'again'));
    await makeBlankDatabase(join(folder, 'again', 'database'), shelf);
    expect((await look(join(folder, 'again'))).rows.keys).toBe(0);
  }, 120_000);

  test('is made anew after whoever made it was killed', async () => {
    const data = join(folder, 'killed');
    await mkdir(data);
    const call = `(await import(${JSON.stringify(MODULE)})).makeBlankDatabase(...process.argv.slice(1))`;
    const args = ['--input-type=module', '-e', call, join(data, 'database'), join(folder, 'shelf')];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const exit = once(child, 'exit');
    await expect
      .poll(() => existsSync(join(data, 'database.part', 'base')), { interval: 1, timeout: 30_000 })
      .toBe(true);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(await readdir(data)).toEqual(['database.part']);
    expect((await look(data)).rows.keys).toBe(0);
    expect(await readdir(data)).not.toContain('database.part');
  }, 60_000);
});
