import { pasteMouth } from '@orator/core/engines/wav2lip/paste';
import { cropFace } from '@orator/core/media/face-crop';
import { syntheticInput } from '@orator/core/models/networks/synthetic-weights';
import { FACE_SIZES } from '@orator/core/models/networks/wav2lip';
import { spread } from '../table.ts';

const [WIDTH, HEIGHT] = [1280, 720];
/** A face as large as they get in 720p: half of the height. */
const BOX = { x1: 480, x2: 760, y1: 150, y2: 510 };
const FRAMES = 100;

/** What is done around the network for one frame of 720p on one core: cut, scale, paste, match the light. Not decoding, detection, encoding. */
export function measureAround(): Record<string, unknown>[] {
  const pixels = Uint8ClampedArray.from(syntheticInput('frame', WIDTH * HEIGHT * 4, 0, 255));
  const frame = { width: WIDTH, height: HEIGHT, pixels };
  return FACE_SIZES.map((size) => {
    const once = () => {
      const crop = cropFace(frame, BOX, size);
      pasteMouth(frame, BOX, crop, { weight: 1, matchColour: true });
    };
    for (let i = 0; i < FRAMES; i++) once();
    const times = Array.from({ length: FRAMES }, () => {
      const started = performance.now();
      once();
      return performance.now() - started;
    });
    return { figure: `work around the network of ${size}, 720p, ms/frame`, ...spread(times, 2), reach: '≤ 6' };
  });
}
