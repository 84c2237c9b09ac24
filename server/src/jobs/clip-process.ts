import { Readable } from 'node:stream';
import { OratorError } from '@orator/core/base/errors';
import { buildAvatar } from '../avatars/avatar-builder.ts';
import { writePortraitAvatar } from '../avatars/portrait-avatar.ts';
import { loadConfig } from '../config.ts';
import { openFaceNetworks } from '../inspect/clip.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { makeClip } from '../studio/clip.ts';
import { portraitPreparation, preparePhoto } from '../studio/subject.ts';
import type { ClipCall, ClipReply } from './clip-protocol.ts';

// A process of its own that makes one clip or avatar after another, so that neither its work nor its end is felt by the service.
const config = loadConfig(process.env);
const say = (reply: ClipReply) => process.send?.(reply);
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
  try {
    if (call.type === 'make') await make(call.order, current.signal);
    else if (call.type === 'build') await build(call.order, current.signal);
    else await prepare(call.order);
  } catch (thrown) {
    const { code, message } = OratorError.from(current.signal.aborted ? current.signal.reason : thrown);
    say({ type: 'failed', code, message });
  }
}

async function make(order: Extract<Work, { type: 'make' }>['order'], signal: AbortSignal): Promise<void> {
  const surroundings = {
    config,
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

async function prepare({ image, face, folder }: Extract<Work, { type: 'prepare' }>['order']): Promise<void> {
  const photo = await preparePhoto(image, face, portraitPreparation(config));
  await writePortraitAvatar(folder, image, photo);
  say({ type: 'prepared', photo: { face: photo.face, width: photo.width, height: photo.height } });
}

say({ type: 'ready' });
