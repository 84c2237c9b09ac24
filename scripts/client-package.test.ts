import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeClientPackage } from './client-package.ts';
import { runTool } from './tool.ts';

let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'orator-consumer-'));
  await writeClientPackage(join(project, 'node_modules', '@orator', 'client'));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
}, 60_000);
afterAll(() => rm(project, { recursive: true, force: true }));

describe('somebody else’s project', () => {
  test('runs the published client in plain Node', async () => {
    const code = `import { OratorClient } from '@orator/client';
      import { ServiceError } from '@orator/client/service-error';
      const { name, code } = await new OratorClient({ url: 'http://127.0.0.1:9', retries: 0 }).getLive().catch((error) => error);
      console.log(name, code);`;
    await writeFile(join(project, 'main.js'), code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(project, 'main.js')]);
    expect([stdout, stderr]).toEqual(['ServiceError network\n', '']);
  });

  test.each(['nodenext', 'bundler'])(
    'has its types (%s)',
    async (resolution) => {
      const main = join(project, 'main.ts');
      const module = resolution === 'bundler' ? 'esnext' : resolution;
      const check = () =>
        runTool(
          'tsc',
          [
            main,
            '--ignoreConfig',
            '--noEmit',
            '--strict',
            '--target',
            'es2024',
            '--lib',
            'es2024,dom',
            '--types',
            '',
          ].concat('--module', module, '--moduleResolution', resolution),
          'pipe',
        );
      const code =
        "import { OratorClient } from '@orator/client';\nimport type { Job } from '@orator/client/schemas';\n";
      await writeFile(main, `${code}export const job: Job = await new OratorClient().getJob('x');`);
      expect(await check()).toEqual({ code: 0, said: '' });
      await writeFile(main, `${code}export const job: Job = await new OratorClient().getAsset('x');`);
      expect((await check()).said).toContain("Type 'Asset' is not assignable to type 'Job'");
    },
    60_000,
  );
});
