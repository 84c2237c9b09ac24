import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openTestDatabase } from '../store/test-database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { queueContract } from './queue-contract.ts';

const data = mkdtempSync(join(tmpdir(), 'orator-queue-'));

queueContract('the embedded database', () => openTestDatabase(data));

const programs = await findPostgres();
describe.skipIf(!programs)(programs ? 'with a server' : 'with a server: PostgreSQL is not installed', async () => {
  const postgres = programs ? await openTestPostgres(programs) : undefined;
  afterAll(() => postgres?.[Symbol.asyncDispose]());
  queueContract('PostgreSQL', () => openTestDatabase(data, postgres!.url));
});
