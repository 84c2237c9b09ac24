import { OratorError } from '@orator/core/base/errors';
import { fps } from '@orator/core/base/units';
import { openWav2lip, type SourceFrame } from '@orator/core/engines/wav2lip/engine';
import type { Picture } from '@orator/core/media/frame';
import { frameFor } from '@orator/core/media/framing';
import type { ModelSession } from '@orator/core/models/runtime';
import { parseRequest, type RenderRequest } from '@orator/core/produce/request';
import { padBox, WAV2LIP_PADS } from '../../avatars/box-track.ts';
import { FaceWatch } from '../../avatars/face-watch.ts';
import { openFaceNetworks } from '../../inspect/clip.ts';
import { readPicture, readPictureBytes, resamplePicture } from '../../media/picture.ts';
import { graphWeights } from '../../runtime/face-files.ts';
import { packagedModels } from '../face-weights.ts';
import { type Fingerprint, fingerprintFile, fingerprintOf } from '../fingerprint.ts';
import { endlessVideo } from '../video/endless-video.ts';
import type { Look } from '../video/followed-face.ts';
import { s3fdBoxes } from '../video/s3fd-boxes.ts';
import { VideoPictures } from '../video/video-pictures.ts';
import type { OpenedPerformer, ReadyUp, Scene, Stage } from './performer.ts';
import { openS3fd, openWav2lipNetwork, type Wav2lipNetwork } from './wav2lip-weights.ts';

/** Wav2Lip: a video, or a picture, whose mouth follows the sound. */
export const readyWav2lip: ReadyUp = async (scene, stage) => {
  checkOptions(scene.request);
  const network = await openWav2lipNetwork(scene, stage);
  return {
    reads: 'audio',
    open: (signal) => openPerformer(scene, network, stage, signal),
    [Symbol.asyncDispose]: () => network.session[Symbol.asyncDispose](),
  };
};

/** What the engine is to draw on. */
interface Source {
  readonly width: number;
  readonly height: number;
  readonly frames: () => AsyncIterable<SourceFrame>;
  readonly subject: Fingerprint;
  readonly warnings: readonly string[];
}

async function openPerformer(
  scene: Scene,
  { session: network, faceSize, batch, model }: Wav2lipNetwork,
  stage: Stage,
  signal: AbortSignal,
): Promise<OpenedPerformer> {
  const { ffmpeg, stopwatch } = stage;
  const { request } = scene;
  const rate = fps(request.fps);
  await using opening = new AsyncDisposableStack();
  const watch = new FaceWatch(opening.use(await openFaceNetworks()));
  const s3fd = await openS3fd(stage);
  if (s3fd) opening.use(s3fd.session);
  const follow: Look = (picture) => watch.look(picture);
  const find = s3fd ? s3fdBoxes(follow, s3fd.session, rate, signal) : follow;
  const look: Look = (picture) => stopwatch.time('faces', () => find(picture));
  let source: Source;
  if (scene.video === undefined) source = await pictureSource(scene.image!, request, look);
  else {
    const reading = { size: request.size, fps: rate, beside: scene.output, signal };
    const pictures = opening.use(await VideoPictures.open(ffmpeg, scene.video, reading));
    source = {
      ...{ width: pictures.width, height: pictures.height, warnings: pictures.warnings },
      frames: () => endlessVideo(pictures, look, rate),
      subject: await fingerprintFile(scene.video, signal),
    };
  }
  const session = opening.use(
    openWav2lip({
      ...{ width: source.width, height: source.height, fps: rate, faceSize, batch },
      network: timed(network, stopwatch, signal),
      source: () => stopwatch.through('video', source.frames()),
    }),
  );
  const models = [
    model,
    ...(s3fd ? [s3fd.model] : []),
    ...(await packagedModels(graphWeights(['blazeface', 'facemesh']))),
  ];
  const closing = opening.move();
  return {
    performer: { reads: 'audio', session },
    subject: source.subject,
    warnings: [...source.warnings, ...unusedOptions(request)],
    models,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** A picture that stands: its face is looked for once. */
async function pictureSource(path: string, { size }: RenderRequest, look: Look): Promise<Source> {
  const bytes = await readPictureBytes(path);
  const picture = await readPicture(bytes);
  const middle = { x: picture.width / 2, y: picture.height / 2, iod: 1 };
  const framing = frameFor(picture, middle, { size, crop: 'full' });
  const still: Picture = await resamplePicture(picture, framing.crop, framing);
  const seen = await look(still);
  const box = seen && padBox(seen, WAV2LIP_PADS, still);
  if (!box) throw new OratorError('face/not-found', 'No face was found in the picture. Use one that shows a face.');
  return {
    ...{ width: still.width, height: still.height, subject: fingerprintOf(bytes) },
    warnings: [...picture.warnings, ...framing.warnings],
    frames: async function* () {
      for (;;) yield { picture: still, box };
    },
  };
}

const timed = (network: ModelSession, stopwatch: Stage['stopwatch'], signal: AbortSignal): ModelSession => ({
  ...network,
  run: (inputs) => stopwatch.beside('network', () => network.run(inputs, signal)),
});

/** @throws {OratorError} `request/invalid` for what the engine cannot do */
function checkOptions({ crop, face }: RenderRequest): void {
  if (crop === 'square') {
    throw new OratorError('request/invalid', 'Wav2Lip keeps the whole picture. Leave --crop out, or use full.');
  }
  if (face !== 'largest') {
    throw new OratorError('request/invalid', 'Wav2Lip follows the largest face. Leave --face out.');
  }
}

/** Options about what this engine leaves as it is in the video. */
const UNUSED = ['emotion', 'intensity', 'headMotion', 'gaze', 'blink'] as const;

function unusedOptions(request: RenderRequest): string[] {
  const usual = parseRequest({});
  const given = UNUSED.filter((name) => request[name] !== usual[name]);
  return given.length === 0 ? [] : [`Wav2Lip changes nothing but the mouth: ${given.join(', ')} had no effect.`];
}
