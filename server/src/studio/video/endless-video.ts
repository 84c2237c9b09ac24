import type { Fps } from '@orator/core/base/units';
import type { SourceFrame } from '@orator/core/engines/wav2lip/engine';
import type { FaceBox } from '@orator/core/media/face-crop';
import type { LentPicture } from '../../media/decoded-pictures.ts';
import { followFace, type Look } from './followed-face.ts';
import type { VideoPictures } from './video-pictures.ts';

/**
 * A video without end: forth, back, forth and so on, without showing its first or last picture twice. Where its face is, is looked for on the
 * first way; of that only the boxes are kept.
 * @throws {OratorError} `face/not-found`, `output/disk-full`, `ffmpeg/…`, `cancelled`
 */
export async function* endlessVideo(pictures: VideoPictures, look: Look, fps: Fps): AsyncGenerator<SourceFrame> {
  const boxes: FaceBox[] = [];
  for await (const { picture: lent, box } of followFace(pictures.forth(), look, fps)) {
    using picture = lent;
    boxes.push(box);
    yield { picture, box };
  }
  const last = boxes.length - 1;
  if (last === 0) for (;;) yield* boxed(pictures.again(0), boxes);
  const inside = boxes.slice(0, last).reverse();
  for (;;) {
    yield* boxed(pictures.back(last), inside);
    yield* boxed(pictures.again(1), boxes.slice(1));
  }
}

async function* boxed(pictures: AsyncIterable<LentPicture>, boxes: readonly FaceBox[]): AsyncGenerator<SourceFrame> {
  let index = 0;
  for await (const lent of pictures) {
    using picture = lent;
    const box = boxes[index++];
    if (box) yield { picture, box };
  }
}
