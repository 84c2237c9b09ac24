import { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { buildAvatar } from '../avatars/avatar-builder.ts';
import { writePortraitAvatar } from '../avatars/portrait-avatar.ts';
import { loadConfig } from '../config.ts';
import { openFaceNetworks } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { ModelRuntime } from '../runtime/onnx/model-runtime.ts';
import { makeClip } from '../studio/clip.ts';
import { loadEngine } from '../studio/load-engine.ts';
import { portraitPreparation, preparePhoto } from '../studio/subject.ts';
import type { ClipCall, ClipReply, PrepareOrder } from './clip-protocol.ts';

// A process of its own that makes one clip or avatar after another, so that neither its work nor its end is felt by the service.
const config = loadConfig(process.env);
const runtime = new ModelRuntime(config);
const say = (reply: ClipReply) => process.send?.(reply);
const TITLE = 'orator clip';
let current: AbortController | undefined;

process.on('message', (call: ClipCall) => {
  if (call.type === 'stop') current?.abort(new OratorError('cancelled', 'Stopped on request.'));
  else void answer(call);
});
process.on('disconnect', () => process.exit(0)); // the service has ended, however that was
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {}); // the service decides

type Work = Exclude<ClipCall, { type: 'stop' }>;

async function answer(call: Work): Promise<void> {
  current = new AbortController();
  process.title = `orator clip ${call.correlationId}`;
  try {
    const { signal } = current;
    if (call.type === 'make') await make(call.order, signal);
    else if (call.type === 'build') await build(call.order, signal);
    else if (call.type === 'prepare') await prepare(call.order);
    else {
      await loadEngine();
      say({ type: 'loaded' });
    }
  } catch (thrown) {
    const error = OratorError.from(current.signal.aborted ? current.signal.reason : thrown);
    const { stack } = error.cause instanceof Error ? error.cause : error;
    say({ type: 'failed', code: error.code, message: error.message, stack });
  } finally {
    process.title = TITLE;
  }
}

async function make(order: Extract<Work, { type: 'make' }>['order'], signal: AbortSignal): Promise<void> {
  const surroundings = {
    config,
    runtime,
    clock: () => performance.now() / 1000,
    stdin: Readable.from([]),
    signal,
    stage: (words: string) => say({ type: 'stage', words }),
  };
  for await (const event of makeClip(order, surroundings)) say({ type: 'event', event });
}

async function build(order: Extract<Work, { type: 'build' }>['order'], signal: AbortSignal): Promise<void> {
  const tools = { ffmpeg: await findFfmpeg(config), networks: await openFaceNetworks(), signal };
  for await (const event of buildAvatar(order.video, order.folder, order.options, tools))
    say({ type: 'avatar', event });
}

async function prepare({ image, face, folder }: PrepareOrder): Promise<void> {
  const { prepared, ...photo } = await preparePhoto(image, face, portraitPreparation(config));
  if (folder !== undefined) await writePortraitAvatar(folder, image, { ...photo, prepared });
  say({ type: 'prepared', photo });
}

process.title = TITLE;
say({ type: 'ready' });
