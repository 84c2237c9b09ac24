import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { queueContract } from './queue-contract.ts';

const settings = {
  data: mkdtempSync(join(tmpdir(), 'orator-queue-')),
  onError: () => {},
  onAnnouncement: () => {},
};

queueContract('the embedded database', () => openDatabase(settings));

const programs = await findPostgres();
describe.skipIf(!programs)(programs ? 'with a server' : 'with a server: PostgreSQL is not installed', async () => {
  const postgres = programs ? await openTestPostgres(programs) : undefined;
  afterAll(() => postgres?.[Symbol.asyncDispose]());
  queueContract('PostgreSQL', () => openDatabase({ ...settings, url: postgres!.url }));
});
