import { mix } from '@orator/core/base/maths';
import { cropFace, type FaceBox } from '@orator/core/media/face-crop';
import type { Picture } from '@orator/core/media/frame';
import { readFaces, type S3fdFace } from '@orator/core/models/networks/s3fd-faces';
import type { ModelSession } from '@orator/core/models/runtime';
import type { Look } from './followed-face.ts';

/** What S3FD is shown: the face and as much again around it, at a size at which it is quick and sure. */
const SHOWN_SIDE = 256;
const SHOWN_FACES = 2.5;
/** How much the newest look counts against those before it. */
const NEWEST = 0.3;

/** By how much S3FD's box is off from another one, side by side, in shares of that one's sides. */
type Shape = FaceBox;

/**
 * Boxes as S3FD draws them, at the cost of one look at every `every`th picture: our own detector follows the face, and how S3FD's boxes
 * differ from its boxes is learned on the way and applied to each.
 */
export function s3fdBoxes(look: Look, network: ModelSession, every: number, signal: AbortSignal): Look {
  let left = 0; // pictures until the next look
  let shape: Shape | null = null;
  return async (picture) => {
    const box = await look(picture);
    if (box === null) return null;
    if (left-- <= 0) {
      left = every - 1;
      const face = await findFace(picture, box, network, signal);
      if (face) shape = shape === null ? shapeOf(face, box) : blend(shape, shapeOf(face, box));
    }
    return shape === null ? box : shaped(box, shape);
  };
}

/** S3FD's box of the face that another detector found; `null` where it sees none there. */
async function findFace(
  picture: Picture,
  box: FaceBox,
  network: ModelSession,
  signal: AbortSignal,
): Promise<FaceBox | null> {
  const region = regionAround(box, picture);
  const side = region.x2 - region.x1;
  const { pixels } = cropFace(picture, region, SHOWN_SIDE);
  const outputs = await network.run(
    { picture: { dtype: 'u8', shape: [1, SHOWN_SIDE, SHOWN_SIDE, 3], values: pixels } },
    signal,
  );
  const scale = side / SHOWN_SIDE;
  const faces = readFaces(outputs).map(({ x1, x2, y1, y2 }: S3fdFace) => ({
    x1: region.x1 + x1 * scale,
    x2: region.x1 + x2 * scale,
    y1: region.y1 + y1 * scale,
    y2: region.y1 + y2 * scale,
  }));
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  return faces.find((face) => face.x1 < x && face.x2 > x && face.y1 < y && face.y2 > y) ?? null;
}

/** A square inside the picture, of whole pixels. */
function regionAround({ x1, x2, y1, y2 }: FaceBox, { width, height }: Picture): FaceBox {
  const wanted = Math.round(SHOWN_FACES * Math.max(x2 - x1, y2 - y1));
  const side = Math.min(wanted, width, height);
  const place = (middle: number, length: number) => Math.min(Math.max(0, Math.round(middle - side / 2)), length - side);
  const [left, top] = [place((x1 + x2) / 2, width), place((y1 + y2) / 2, height)];
  return { x1: left, x2: left + side, y1: top, y2: top + side };
}

function shapeOf(face: FaceBox, box: FaceBox): Shape {
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  return {
    x1: (face.x1 - box.x1) / width,
    x2: (face.x2 - box.x2) / width,
    y1: (face.y1 - box.y1) / height,
    y2: (face.y2 - box.y2) / height,
  };
}

function shaped(box: FaceBox, by: Shape): FaceBox {
  const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
  return {
    x1: box.x1 + by.x1 * width,
    x2: box.x2 + by.x2 * width,
    y1: box.y1 + by.y1 * height,
    y2: box.y2 + by.y2 * height,
  };
}

const blend = (a: Shape, b: Shape): Shape => ({
  x1: mix(a.x1, b.x1, NEWEST),
  x2: mix(a.x2, b.x2, NEWEST),
  y1: mix(a.y1, b.y1, NEWEST),
  y2: mix(a.y2, b.y2, NEWEST),
});
