import { type FacePixels, median } from './face-pixels.ts';
import type { HeadFrame } from './head-frame.ts';

/** Where a bridge would cross the nose and where lower rims would run: columns (IOD, from the middle) and heights below the eyes. */
const BRIDGE = { columns: [-0.09, -0.06, -0.03, 0, 0.03, 0.06, 0.09], from: -0.2, to: 0.22 } as const;
const RIGHT_RIM = { columns: [-0.62, -0.57, -0.52, -0.47, -0.42], from: 0.14, to: 0.55 } as const;
const LEFT_RIM = { columns: [0.42, 0.47, 0.52, 0.57, 0.62], from: 0.14, to: 0.55 } as const;
interface Place {
  readonly columns: readonly number[];
  readonly from: number;
  readonly to: number;
}
/** Half the thickness a frame may have, IOD. */
const THICKNESS = [0.02, 0.04, 0.06] as const;
const STEP = 0.01;
/** How dark these lines have to be against the skin beside them, as shares of its luminance: bare faces show no such bridge. */
const BRIDGE_LINE = 0.2;
const RIM_LINE = 0.25;

/** Whether the face wears glasses with a visible frame: a line crosses the nose, and one runs below an eye. */
export function wearsGlasses(pixels: FacePixels, frame: HeadFrame, skin: number): boolean {
  const bridge = lineAcross(pixels, frame, BRIDGE) / skin;
  const rims = [RIGHT_RIM, LEFT_RIM].map((place) => lineAcross(pixels, frame, place) / skin);
  return bridge > BRIDGE_LINE && Math.max(...rims) > RIM_LINE;
}

/** The depth of the darkest line that crosses most columns, luminance. */
function lineAcross(pixels: FacePixels, { axes, iod }: HeadFrame, { columns, from, to }: Place): number {
  const depths = columns.map((x) => {
    const light = (y: number) =>
      pixels.luminance(
        axes.origin[0] + (axes.x[0] * x + axes.y[0] * y) * iod,
        axes.origin[1] + (axes.x[1] * x + axes.y[1] * y) * iod,
      );
    let deepest = 0;
    for (let y = from; y <= to; y += STEP) {
      for (const half of THICKNESS) {
        const beside = Math.min(light(y - half - 0.03), light(y + half + 0.03));
        deepest = Math.max(deepest, beside - light(y));
      }
    }
    return deepest;
  });
  return median(depths);
}
