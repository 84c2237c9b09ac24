import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findPostgres, openTestPostgres } from '../store/test-postgres.ts';
import { TestService } from './test-service.ts';

const PICTURE = fileURLToPath(new URL('../../../fixtures/portrait.jpg', import.meta.url));
const programs = await findPostgres();

describe.skipIf(!programs)(`several processes on one PostgreSQL${programs ? '' : ' (it is not installed)'}`, () => {
  test('a service that works on nothing, workers that come, go and are killed, a database that is killed: no job is lost', async () => {
    await using postgres = await openTestPostgres(programs!);
    const env = { ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-workers-')), ORATOR_DATABASE_URL: postgres.url };
    await using service = await TestService.start({ ...env, ORATOR_WORKERS: '0' });
    const { id } = (await service.upload(await readFile(PICTURE), 'me.jpg')).body;
    const order = async (text: string) => (await service.ask('/api/v1/videos', { body: { image: id, text } })).body.id!;

    const early = await order('Early.');
    await using other = await TestService.startWorker({ ...env, ORATOR_WORK: 'avatar' });
    await using first = await TestService.startWorker(env);
    await service.until(early, 'completed');
    const workers = async () => (await service.ask('/api/v1/workers')).body.workers as unknown as { kinds: string[] }[];
    expect((await workers()).map(({ kinds }) => kinds)).toEqual([
      ['avatar.wav2lip', 'avatar.portrait'],
      ['video.portrait', 'avatar.wav2lip', 'avatar.portrait'],
    ]);
    await other.end('SIGTERM');
    expect(await workers()).toHaveLength(1);
    await expect(TestService.startWorker({ ...env, ORATOR_WORK: 'video.cartoon' })).rejects.toThrow(
      'ORATOR_WORK (environment) is wrong: kinds of jobs with commas between, of video, avatar, video.portrait, video.wav2lip, avatar.wav2lip, avatar.portrait',
    );

    const lost = { ...env, ORATOR_DATA: await mkdtemp(join(tmpdir(), 'orator-lost-worker-')) };
    await expect(TestService.startWorker(lost)).rejects.toThrow('keeps its files elsewhere');

    const job = await order('Perhaps my mother brought a big basket of plums home. '.repeat(6));
    await service.until(job, 'processing');
    await first.end('SIGKILL');
    await using _second = await TestService.startWorker(env);
    expect((await service.until(job, 'completed', 120)).attempt).toBe(2);

    await postgres.kill();
    expect((await service.ask('/api/v1/live')).status).toBe(200);
    const away = { status: 503, body: { code: 'database/unreachable' } };
    expect(await service.ask('/api/v1/jobs')).toMatchObject(away);
    await expect.poll(async () => (await service.ask('/api/v1/ready')).status, { timeout: 20_000 }).toBe(503);
    await postgres.start();
    await expect.poll(async () => (await service.ask('/api/v1/ready')).status, { timeout: 30_000 }).toBe(200);
    await service.until(await order('Late.'), 'completed', 60);
  }, 300_000);
});
