import { setTimeout as wait } from 'node:timers/promises';
import { OratorError } from '@orator/core/base/errors';
import { createApp } from '../api/app.ts';
import { requireNamedFiles } from '../named-files.ts';
import { offerEndpoint } from '../runpod/offered-endpoint.ts';
import { announceServer } from '../service/running-server.ts';
import { openService, type Service } from '../service/service.ts';
import { readFlags } from './arguments.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator serve [--runpod]

Starts the service: the HTTP API, its jobs and its workers, with everything in the data folder. Settings come from the environment,
from .env, and from settings.env in the data folder; orator config shows them.

  --runpod  Also offers an endpoint as RunPod hosts it, at /v2/{ORATOR_RUNPOD_SERVED_ID}: run, runsync, status, stream, cancel,
            retry, purge-queue, health. Its avatar jobs are built here and by orator worker --runpod --endpoint URL.
`;

/** Where this machine finds itself when the service listens everywhere. */
const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** `orator serve`: the service, until it is told to stop. */
export async function serve(argv: readonly string[], { config, out }: Terminal, signal: AbortSignal): Promise<number> {
  const { runpod, help } = readFlags(argv, 'serve', { runpod: { type: 'boolean' } });
  if (help) {
    out.write(USAGE);
    return EXIT.success;
  }
  const started = performance.now();
  await requireNamedFiles(config);
  const { ORATOR_HOST: host = '127.0.0.1', ORATOR_PORT: port = 8000, ORATOR_PUBLIC_URL: publicUrl } = config.values;
  const shown = host.includes(':') ? `[${host}]` : host;
  await using service = await openService(config, publicUrl ?? `http://${WILDCARDS[host] ?? shown}:${port}`);
  const app = await createApp(service);
  const endpoint = runpod ? await offerEndpoint(app, service) : undefined;
  await app.listen({ host, port }).catch((thrown: unknown) => {
    throw listenError(thrown, host, port);
  });
  const { port: bound } = app.server.address() as { port: number };
  const address = publicUrl ?? `http://${shown}:${bound}`;
  const local = `http://${WILDCARDS[host] ?? shown}:${bound}`;
  await using _working = endpoint?.work(local);
  await using announced = await announceServer(config.data, local, service.localKey.value);
  const key = await keyLines(service);
  out.write(
    `Orator listens at ${address} (ready in ${((performance.now() - started) / 1000).toFixed(1)} s)\n` +
      `  studio         ${address}\n` +
      `  documentation  ${address}/docs  ${address}/redoc\n${key}` +
      `${endpoint ? `  runpod         ${address}${endpoint.path}\n` : ''}  data           ${config.data}\n`,
  );
  void service.engine.warm(service.draining); // after the line that says where it listens: /ready tells when
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  out.write('Leaving: work at hand is handed back …\n');
  await announced[Symbol.asyncDispose]();
  // Whoever sends callers here is told by /ready, and has this time to send them elsewhere.
  await Promise.all([service.drain(), wait((config.values.ORATOR_LEAVE_SECONDS ?? 0) * 1000)]);
  await app.close();
  return EXIT.success;
}

/** What is said about keys; the first one is made where there is none yet. */
async function keyLines({ needsKey, keys, config }: Service): Promise<string> {
  if (!needsKey) {
    return config.values.ORATOR_AUTH === 'none'
      ? '  WARNING        keys are turned off: whoever reaches this address may do all\n'
      : '';
  }
  const first = await keys.createFirst();
  if (!first) return '  keys           needed\n';
  return `  key            ${first.key}\n                 shown this once; it may do all\n`;
}

/** Why nobody can listen there, with the setting to change. */
function listenError(thrown: unknown, host: string, port: number): unknown {
  const cures: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is taken by another program. Stop it, or set ORATOR_PORT to another one; 0 is any.`,
    EACCES: `Port ${port} is only for administrators. Set ORATOR_PORT to one from 1024.`,
    ENOTFOUND: `"${host}" is no address of this machine. Set ORATOR_HOST to one, such as 127.0.0.1.`,
    EADDRNOTAVAIL: `"${host}" is no address of this machine. Set ORATOR_HOST to one, such as 127.0.0.1.`,
  };
  const cure = cures[(thrown as NodeJS.ErrnoException).code ?? ''];
  return cure ? new OratorError('request/invalid', cure, { cause: thrown }) : thrown;
}
