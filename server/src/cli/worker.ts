import { hostname } from 'node:os';
import { OratorError } from '@orator/core/base/errors';
import type { Config } from '../config.ts';
import { makeFolder } from '../folder.ts';
import { requireNamedFiles } from '../named-files.ts';
import { greetEndpoint } from '../runpod/greeting.ts';
import { runPod } from '../runpod/pod.ts';
import { readWorkerPlace } from '../runpod/worker-protocol.ts';
import { workerEnvironment } from '../runpod/worker-routes.ts';
import { openLog } from '../service/log.ts';
import { openService } from '../service/service.ts';
import { readFlags } from './arguments.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator worker [--runpod [--endpoint URL]]

Works on the jobs of a service on another machine: with the same ORATOR_DATABASE_URL and the same storage (ORATOR_S3_BUCKET, or one shared
data folder). ORATOR_WORKERS says on how many at once. Told to stop, it hands its work back.

  --runpod  Builds avatars for a RunPod endpoint instead: reads the RUNPOD_… variables of the pod, and writes to the bucket of
            the job or of ORATOR_S3_BUCKET. No database is needed.
  --endpoint URL
            The endpoint of an orator serve --runpod, such as http://10.0.0.1:8000/v2/orator, in place of the pod's variables.
            ORATOR_INTERNAL_KEY is the key to it.
`;

/** The variables of the pod, or those that a pod of the named endpoint would have. */
function podEnvironment(
  endpoint: string | undefined,
  { values }: Config,
): Readonly<Record<string, string | undefined>> {
  if (endpoint === undefined) return process.env;
  const [, origin, id] = /^(https?:\/\/[^/?#\s]+)\/v2\/([\w-]{1,64})\/?$/.exec(endpoint) ?? [];
  if (!origin || !id) {
    throw new OratorError('request/invalid', '--endpoint needs a URL such as http://10.0.0.1:8000/v2/orator.');
  }
  const { ORATOR_INTERNAL_KEY: key = 'none' } = values;
  return { ...process.env, ...workerEnvironment(origin, id, `${hostname()}-${process.pid}`, key) };
}

/** `orator worker`: jobs without the HTTP service, until it is told to stop. */
export async function worker(argv: readonly string[], { config, out }: Terminal, signal: AbortSignal): Promise<number> {
  const { runpod, endpoint, help } = readFlags(argv, 'worker', {
    runpod: { type: 'boolean' },
    endpoint: { type: 'string' },
  });
  if (help) {
    out.write(USAGE);
    return EXIT.success;
  }
  await requireNamedFiles(config);
  if (runpod) {
    const place = readWorkerPlace(podEnvironment(endpoint, config));
    if (!place) {
      throw new OratorError(
        'request/invalid',
        'This is no RunPod pod: RUNPOD_WEBHOOK_GET_JOB and RUNPOD_WEBHOOK_POST_OUTPUT are not set. Or name an endpoint with --endpoint.',
      );
    }
    await makeFolder(config.data);
    const log = (await openLog(config))('runpod-worker');
    if (endpoint !== undefined) {
      await greetEndpoint(place, (why) => out.write(`Waiting for the endpoint: ${why}\n`), signal);
      if (signal.aborted) return EXIT.success;
    }
    out.write('A worker for a RunPod endpoint is ready\n');
    await runPod(config, place, log, signal);
    return EXIT.success;
  }
  const { ORATOR_DATABASE_URL: url, ORATOR_PUBLIC_URL: publicUrl, ORATOR_WORKERS: workers } = config.values;
  if (!url) {
    throw new OratorError(
      'request/invalid',
      'A worker shares its jobs through PostgreSQL. Set ORATOR_DATABASE_URL here and where the service runs.',
    );
  }
  if (workers === 0) throw new OratorError('request/invalid', 'ORATOR_WORKERS is 0: a worker needs at least 1.');
  await using service = await openService(config, publicUrl ?? 'http://127.0.0.1:8000', true);
  out.write(`A worker for ${workers} job${workers === 1 ? '' : 's'} at once is ready; data ${config.data}\n`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  out.write('Leaving: work at hand is handed back …\n');
  await service.drain();
  return EXIT.success;
}
