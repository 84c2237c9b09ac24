import { OratorError } from '@orator/core/base/errors';
import { preparePortrait } from '@orator/core/engines/portrait/subject/prepare';
import { packPortrait } from '@orator/core/live/portrait-packet';
import type { Picture, Rect } from '@orator/core/media/frame';
import { type Crop, frameFor } from '@orator/core/media/framing';
import type { FaceBox, FaceLandmarker } from '@orator/core/models/face-landmarks';
import { openBrowserLandmarker } from './browser-landmarker.ts';
import type { FaceOrder, FaceReply } from './face-order.ts';

// A worker that looks at one picture after the other, for `face-finder.ts`. The picture goes nowhere from here.

/** The short side of what is drawn as a preview, px. */
const PREVIEW_SIDE = 512;
const STILL = { type: 'image/jpeg', quality: 0.95 } as const;

/** The picture that is looked at. */
interface Looked {
  readonly bitmap: ImageBitmap;
  readonly picture: Picture;
}

let landmarker: Promise<FaceLandmarker> | undefined;
let looked: Looked | undefined;
/** Orders are done one after the other. */
let work: Promise<void> = Promise.resolve();

self.addEventListener('message', ({ data }: MessageEvent<FaceOrder>) => {
  work = work
    .then(() => obey(data))
    .then(
      ([reply, transfer]) => self.postMessage(reply, { transfer }),
      (thrown: unknown) => {
        const { code, message } = OratorError.from(thrown);
        self.postMessage({ type: 'failed', id: data.id, code, message } satisfies FaceReply);
      },
    );
});

async function obey(order: FaceOrder): Promise<readonly [FaceReply, Transferable[]]> {
  landmarker ??= openBrowserLandmarker();
  landmarker.catch(() => (landmarker = undefined)); // the next order tries again
  const networks = await landmarker;
  if (order.type === 'look') {
    looked?.bitmap.close();
    looked = { bitmap: order.picture, picture: pixelsOf(order.picture) };
    const faces = await networks.detect(looked.picture);
    const fromLeft = [...faces].sort((a, b) => a.x + a.width / 2 - b.x - b.width / 2);
    const seen = fromLeft.map((box) => shareOf(box, looked!.picture));
    return [{ type: 'seen', id: order.id, faces: seen, largest: fromLeft.indexOf(faces[0]!) }, []];
  }
  const { packet, size } = await prepare(looked!, networks, order);
  return [{ type: 'prepared', id: order.id, packet, size }, [packet]];
}

async function prepare(
  { bitmap, picture }: Looked,
  networks: FaceLandmarker,
  { face, crop }: { readonly face: number; readonly crop: Crop },
) {
  const prepared = await preparePortrait(picture, networks, { face });
  const [x, y] = prepared.axes.origin;
  const framing = frameFor(picture, { x, y, iod: prepared.iod }, { size: PREVIEW_SIDE, crop });
  const { width, height } = framing;
  const still = await cut(bitmap, framing.crop, { width, height });
  const packed = packPortrait({
    prepared,
    placement: { ...framing.crop, scale: framing.scale, width, height },
    still: { type: STILL.type, bytes: new Uint8Array(await still.arrayBuffer()) },
  });
  return { packet: packed.buffer, size: { width, height } };
}

function cut(bitmap: ImageBitmap, from: Rect, { width, height }: { readonly width: number; readonly height: number }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, from.x, from.y, from.width, from.height, 0, 0, width, height);
  return canvas.convertToBlob(STILL);
}

function pixelsOf(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

const shareOf = ({ x, y, width, height }: FaceBox, picture: Picture) => ({
  x: x / picture.width,
  y: y / picture.height,
  width: width / picture.width,
  height: height / picture.height,
});
