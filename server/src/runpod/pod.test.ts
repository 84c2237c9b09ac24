import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { extractAvatar } from '../avatars/avatar-archive.ts';
import { cutVideo } from '../media/test-video.ts';
import { openTestS3, TEST_S3_KEY } from '../storage/test-s3.ts';
import { openTestEndpoint, WORKER_KEY } from './test-endpoint.ts';
import { workerEnvironment } from './worker-routes.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/orator.mjs', import.meta.url));
const TESTDATA = process.env.ORATOR_TESTDATA ?? fileURLToPath(new URL('../../../../shared/testdata', import.meta.url));
const VIDEO = resolve(TESTDATA, 'video/talk_man_seated_gestures_720x1280.mp4');

describe.skipIf(!existsSync(VIDEO))(`orator worker --runpod${existsSync(VIDEO) ? '' : ' (no ORATOR_TESTDATA)'}`, () => {
  test('takes a job, builds the avatar, stores it and answers as the requirement has it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orator-pod-'));
    const video = join(folder, 'video.mp4');
    await cutVideo(VIDEO, 3, video);
    await using s3 = await openTestS3(join(folder, 'buckets'), 'avatars');
    const videos = createServer((request, response) => {
      if (request.url !== '/video.mp4') response.writeHead(404).end();
      else createReadStream(video).pipe(response.writeHead(200, { 'content-type': 'video/mp4' }));
    }).listen(0, '127.0.0.1');
    await once(videos, 'listening');
    const source = `http://127.0.0.1:${(videos.address() as AddressInfo).port}`;
    await using endpoint = await openTestEndpoint();
    const child = spawn(process.execPath, [PROGRAM, 'worker', '--runpod'], {
      env: {
        ...process.env,
        ...workerEnvironment(endpoint.origin, 'ep1', 'pod1', WORKER_KEY),
        ORATOR_DATA: join(folder, 'data'),
        ORATOR_LOG_CONSOLE: 'false',
        ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
        ORATOR_S3_ENDPOINT: s3.endpoint,
        ORATOR_S3_PATH_STYLE: 'true',
        AWS_ACCESS_KEY_ID: TEST_S3_KEY,
        AWS_SECRET_ACCESS_KEY: TEST_S3_KEY,
      },
      stdio: 'ignore',
    });
    try {
      const input = {
        video_url: `${source}/video.mp4?X-Amz-Signature=secret`,
        avatar_id: 'test-avatar-001',
        model: 'wav2lip',
      };
      const stored = { ...input, video_url: `${source}/video.mp4`, s3_bucket: 'avatars', s3_prefix: 'avatars/42' };
      const { body: job } = await endpoint.ask('/run', { input: stored });
      const done = await endpoint.until(job.id, 'COMPLETED', 120);
      expect(done.output).toMatchObject({ status: 'success', avatar_id: 'test-avatar-001', model: 'wav2lip' });
      const { upload_url: url, num_frames: frames } = done.output as { upload_url: string; num_frames: number };
      expect(new URL(url).pathname).toBe('/avatars/avatars/42/test-avatar-001.tar');
      const tar = await fetch(url);
      const facts = await extractAvatar(tar.body!, join(folder, 'avatar'), new AbortController().signal);
      expect(facts).toMatchObject({ model: 'wav2lip', frames, faceSize: 96 });
      expect(frames).toBeGreaterThan(70);

      const refusals = [
        [{ ...stored, model: 'musetalk' }, 'Unsupported model: musetalk'],
        [{ ...stored, s3_bucket: 'not-there' }, 'Failed to upload avatar to S3: '],
        [input, ''], // 404: the query makes it another path
      ] as const;
      for (const [wrong, message] of refusals) {
        const { body } = await endpoint.ask('/run', { input: wrong });
        const { output } = await endpoint.until(body.id, 'COMPLETED', 60);
        expect(output).toMatchObject({ status: 'error', error: expect.stringContaining(message) });
        expect(JSON.stringify(output)).not.toContain('secret');
      }
    } finally {
      child.kill('SIGKILL');
      videos.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
