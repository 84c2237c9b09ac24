import { OratorError } from '@orator/core/base/errors';
import type { Fps } from '@orator/core/base/units';
import type { FaceBox } from '@orator/core/media/face-crop';
import type { Picture } from '@orator/core/media/frame';
import { BoxTrack, padBox, WAV2LIP_PADS } from '../../avatars/box-track.ts';
import type { LentPicture } from '../../media/decoded-pictures.ts';

/** Finds the face of the next picture, in pixels that need not be whole or inside it; `null` when none is seen. */
export type Look = (picture: Picture) => Promise<FaceBox | null>;

/** A picture with its face's box; whoever receives it disposes the picture. */
export interface FacePicture {
  readonly picture: LentPicture;
  readonly box: FaceBox;
}

/** How long a face may be away: its box is then taken to move straight on. */
const LONGEST_GAP_SECONDS = 1;

/**
 * Follows the face through pictures of a video; boxes are smoothed as Wav2Lip smooths them. A picture waits until its box is known: for
 * four more, and while the face is away for a second at most.
 * @throws {OratorError} `face/not-found`, with the second from which on no face is seen
 */
export async function* followFace(
  pictures: AsyncIterable<LentPicture>,
  look: Look,
  fps: Fps,
): AsyncGenerator<FacePicture> {
  const track = new BoxTrack();
  const waiting: LentPicture[] = [];
  const known = (boxes: readonly FaceBox[]) => boxes.map((box) => ({ picture: waiting.shift()!, box }));
  try {
    for await (const picture of pictures) {
      waiting.push(picture);
      const seen = await look(picture);
      const boxes = track.add(seen && padBox(seen, WAV2LIP_PADS, picture));
      if (track.gap > LONGEST_GAP_SECONDS * fps) throw lost((track.count - track.gap) / fps);
      yield* known(boxes);
    }
    const rest = track.finish();
    if (rest.length === 0) throw lost(0);
    yield* known(rest);
  } finally {
    for (const picture of waiting) picture[Symbol.dispose]();
  }
}

const lost = (second: number) =>
  new OratorError(
    'face/not-found',
    `No face is seen from second ${second.toFixed(1)} of the video on, and ${LONGEST_GAP_SECONDS} s is the longest that can be bridged. Use a part of the video in which the face stays in view.`,
  );
