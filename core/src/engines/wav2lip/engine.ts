import { type Fps, frameTime } from '../../base/units.ts';
import type { AudioChunk } from '../../media/audio-chunk.ts';
import { cropFace, type FaceBox } from '../../media/face-crop.ts';
import { type Frame, lentFrame, type Picture } from '../../media/frame.ts';
import { type FaceSize, MEL_BANDS, MEL_COLUMNS } from '../../models/networks/wav2lip.ts';
import type { ModelSession } from '../../models/runtime.ts';
import type { EngineInfo, EngineSession } from '../engine.ts';
import { type MelWindow, melWindows } from './mel-windows.ts';
import { pasteMouth } from './paste.ts';

/** Somebody in a video says something else: the lower half of the face is drawn anew by Wav2Lip. */
export const wav2lip: EngineInfo = {
  id: 'wav2lip',
  name: 'Wav2Lip',
  title: 'Wav2Lip: a video whose mouth follows new sound',
  subject: 'video',
  reads: 'audio',
  models: ['wav2lip-gan', 'wav2lip', 'wav2lip-256'],
};

/** One picture of the person, and where the face is; `null` leaves the picture as it is. */
export interface SourceFrame {
  /** Holds until the next one is asked for. */
  readonly picture: Picture;
  readonly box: FaceBox | null;
}

/** What opening takes. */
export interface Wav2lipSetup {
  readonly width: number;
  readonly height: number;
  readonly fps: Fps;
  /** The side of the faces of the network. */
  readonly faceSize: FaceSize;
  /** Runs the network between pixels; the session is its user and gives it back. */
  readonly network: ModelSession;
  /** Frames that the network draws at once. */
  readonly batch: number;
  /** Pictures without end, one for each frame, from the first on. */
  readonly source: () => AsyncIterable<SourceFrame>;
  /** Whether the mouth takes on the light of the face around it; it does unless this says otherwise. */
  readonly matchColour?: boolean;
}

/** A frame before its mouth is drawn. */
interface Draft {
  readonly pixels: Uint8ClampedArray;
  readonly box: FaceBox | null;
  readonly heard: MelWindow;
}

/** Opens a session that turns sound into frames. Frames come from a small ring: dispose each to return it. */
export function openWav2lip(setup: Wav2lipSetup): EngineSession<AudioChunk> {
  const { width, height, fps, batch } = setup;
  const ring: Uint8ClampedArray[] = [];
  return {
    width,
    height,
    fps,
    async *frames(input: AsyncIterable<AudioChunk>): AsyncGenerator<Frame> {
      const pictures = setup.source()[Symbol.asyncIterator]();
      let drafts: Draft[] = [];
      let drawing: Promise<readonly Draft[]> | undefined;
      let index = 0;
      const draw = () => {
        const batch = drafts;
        drafts = [];
        const drawn = drawMouths(setup, batch).then(() => batch);
        drawn.catch(() => {}); // told to who waits for it
        return drawn;
      };
      const show = function* (drawn: readonly Draft[] = []): Generator<Frame> {
        for (const { pixels } of drawn) {
          const at = frameTime(index++, fps);
          yield lentFrame({ at, width, height, pixels }, () => ring.push(pixels));
        }
      };
      try {
        for await (const heard of melWindows(input, fps)) {
          const { value, done } = await pictures.next();
          if (done) break;
          const pixels = ring.pop() ?? new Uint8ClampedArray(width * height * 4);
          pixels.set(value.picture.pixels);
          drafts.push({ pixels, box: value.box, heard });
          if (drafts.length < batch) continue;
          // While the network draws one batch, that before it is shown and the next one is read.
          const before = drawing;
          drawing = draw();
          yield* show(await before);
        }
        yield* show(await drawing);
        yield* show(await draw());
      } finally {
        await pictures.return?.();
      }
    },
    async [Symbol.asyncDispose]() {
      ring.length = 0;
      await setup.network[Symbol.asyncDispose]();
    },
  };
}

/** Draws the mouths of those that have a face and are heard, in one run. */
async function drawMouths(
  { width, height, faceSize, network, matchColour = true }: Wav2lipSetup,
  drafts: readonly Draft[],
) {
  const speaking = drafts.flatMap(({ pixels, box, heard }) =>
    box && heard.voiced > 0 ? [{ picture: { width, height, pixels }, box, heard }] : [],
  );
  if (speaking.length === 0) return;
  const count = speaking.length;
  const each = faceSize * faceSize * 3;
  const mel = new Float32Array(count * MEL_BANDS * MEL_COLUMNS);
  const crops = new Uint8Array(count * each);
  for (const [i, { picture, box, heard }] of speaking.entries()) {
    mel.set(heard.mel, i * MEL_BANDS * MEL_COLUMNS);
    crops.set(cropFace(picture, box, faceSize).pixels, i * each);
  }
  const { mouths } = await network.run({
    mel: { dtype: 'f32', shape: [count, 1, MEL_BANDS, MEL_COLUMNS], values: mel },
    crops: { dtype: 'u8', shape: [count, faceSize, faceSize, 3], values: crops },
  });
  const drawn = mouths!.values as Uint8Array;
  for (const [i, { picture, box, heard }] of speaking.entries()) {
    const mouth = { size: faceSize, pixels: drawn.subarray(i * each, (i + 1) * each) };
    pasteMouth(picture, box, mouth, { weight: heard.voiced, matchColour });
  }
}
