import type { KernelMemory } from '../../../base/kernels/kernel-memory.ts';
import { clamp, mix, smooth } from '../../../base/maths.ts';
import type { Rect } from '../../../media/frame.ts';
import { Lens } from '../../../render/cpu/lens.ts';
import type { Surface } from '../../../render/cpu/surface.ts';
import { mixWords, type Texture } from '../../../render/cpu/texture.ts';
import { over } from '../mouth/interior.ts';
import type { HeadPose } from '../pose.ts';
import type { Placement, PreparedColours, PreparedEye } from '../prepared.ts';
import { type Eyeball, eyeballAt, liftEyeball } from './eyeball.ts';
import { LidSkin } from './lid.ts';

/** How one eye stands: gaze in iris radii, the rest 0..1. */
export interface EyeState {
  gazeX: number;
  gazeY: number;
  blink: number;
  wide: number;
  squint: number;
}

const UNTRUSTED = 0.012; // IOD at the lids where lashes and their shadow lie on the eyeball
const CLOSING = 0.2; // of a blink, from which the lid's own skin shows
const BELOW_BROW = 0.6; // of the way from the lid to the brow may be bared
const TALLEST = 8; // times its height in the photo that a lid grows when it closes: the large eyes of drawn faces
const SHADOW = 0.045; // IOD of lid shadow on the eyeball

/** The middle of the fold above each lid and of the brow's lower edge, by the landmarks' own numbers. */
const CREASES = { Right: [29, 27, 28], Left: [259, 257, 258] } as const;
const BROWS = { Right: [65, 52, 53], Left: [295, 282, 283] } as const;

/** One eye: the eyeball carried rigidly between the lids, and the lash line when they close. */
export class EyeLayer {
  private readonly eye: PreparedEye;
  private readonly ball: Eyeball;
  private readonly lens: Lens;
  private readonly skin: LidSkin;
  /** Vertices of the fold above the lid. */
  private readonly crease: readonly number[];
  private readonly creaseHome: number;
  private readonly brow: readonly number[];
  private readonly perIod: number;
  /** The corners in the photo: middle, direction and length, px. */
  private readonly home: { readonly x: number; readonly y: number; readonly dx: number; readonly dy: number };

  constructor(
    eye: PreparedEye,
    side: 'Left' | 'Right',
    pose: HeadPose,
    photo: Texture,
    placement: Placement,
    colours: PreparedColours,
    memory: KernelMemory,
  ) {
    this.eye = eye;
    this.perIod = pose.scale;
    this.lens = new Lens(eye.upper.length, Math.hypot(placement.width, placement.height), placement.width, memory);
    this.lens.shape(pose.home, eye.upper, eye.lower, 0, placement.width, placement.height);
    const iris = {
      x: (eye.iris.x - placement.x) * placement.scale,
      y: (eye.iris.y - placement.y) * placement.scale,
      rx: Math.max(1, eye.iris.rx * placement.scale),
      ry: Math.max(1, eye.iris.ry * placement.scale),
    };
    this.ball = liftEyeball(photo, this.lens, iris, colours.sclera, UNTRUSTED * this.perIod + 0.5);
    this.brow = BROWS[side];
    const { lash } = colours;
    this.skin = new LidSkin(photo, this.lens, this.above(pose.home, this.brow), this.perIod, [
      lash[0],
      lash[1],
      lash[2],
    ]);
    this.crease = CREASES[side];
    this.creaseHome = Math.max(2, this.above(pose.home, this.crease));
    const [a, b] = [eye.upper[0]!, eye.upper[eye.upper.length - 1]!];
    this.home = {
      x: (pose.home[2 * a]! + pose.home[2 * b]!) / 2,
      y: (pose.home[2 * a + 1]! + pose.home[2 * b + 1]!) / 2,
      dx: pose.home[2 * b]! - pose.home[2 * a]!,
      dy: pose.home[2 * b + 1]! - pose.home[2 * a + 1]!,
    };
  }

  /** The mean height of vertices over the middle of the upper lid, px, for vertices at `at`. */
  private above(at: Float32Array, vertices: readonly number[]): number {
    const lid = this.eye.upper[this.eye.upper.length >> 1]!;
    let sum = 0;
    for (const k of vertices) {
      const x = at[2 * k]! - at[2 * lid]!;
      const y = at[2 * k + 1]! - at[2 * lid + 1]!;
      sum += x * this.lens.dy - y * this.lens.dx;
    }
    return sum / vertices.length;
  }

  /** Draws the eye and returns what it may have touched. At rest it draws nothing: the photo's own eye stays. */
  draw(surface: Surface, pose: HeadPose, state: EyeState): Rect | null {
    const { lens } = this;
    const needed = Math.abs(state.gazeX) + Math.abs(state.gazeY) + state.blink + state.wide + state.squint;
    const presence = clamp(6 * needed);
    if (presence === 0) return null;
    const closing = state.blink > CLOSING;
    lens.shape(pose.at, this.eye.upper, this.eye.lower, 1, surface.width, surface.height);
    this.drawBall(surface, pose, state, presence);
    if (closing) {
      const stretch = clamp(this.above(pose.at, this.crease) / this.creaseHome, 1, TALLEST);
      const brow = Math.max(this.skin.reach, BELOW_BROW * this.above(pose.at, this.brow));
      const tall = Math.min(stretch * this.skin.reach, brow);
      lens.shape(pose.at, this.eye.upper, this.eye.lower, 1.25 * tall + 2, surface.width, surface.height);
      this.skin.draw(surface, lens, state.blink, tall);
    }
    return {
      x: lens.firstColumn,
      y: lens.firstRow,
      width: Math.max(0, lens.columnEnd - lens.firstColumn),
      height: Math.max(0, lens.rowEnd - lens.firstRow),
    };
  }

  private drawBall(surface: Surface, pose: HeadPose, state: EyeState, presence: number): void {
    const { lens, home, ball } = this;
    const { iris, texture } = ball;
    const [a, b] = [this.eye.upper[0]!, this.eye.upper[this.eye.upper.length - 1]!];
    const midX = (pose.at[2 * a]! + pose.at[2 * b]!) / 2;
    const midY = (pose.at[2 * a + 1]! + pose.at[2 * b + 1]!) / 2;
    const nowX = pose.at[2 * b]! - pose.at[2 * a]!;
    const nowY = pose.at[2 * b + 1]! - pose.at[2 * a + 1]!;
    const square = nowX * nowX + nowY * nowY;
    // The similarity that takes the corners now to the corners in the photo.
    const c = (home.dx * nowX + home.dy * nowY) / square;
    const s = (home.dy * nowX - home.dx * nowY) / square;
    const shiftX = state.gazeX * iris.rx;
    const shiftY = state.gazeY * iris.ry;
    const near = 0.95 * iris.rx;
    const far = 1.15 * 0.5 * Math.hypot(home.dx, home.dy);
    const gazing = shiftX !== 0 || shiftY !== 0;
    const lid = clamp(1.5 * state.blink + 0.5 * state.squint + state.wide);
    const shadow = SHADOW * this.perIod;
    for (let y = lens.firstRow; y < lens.rowEnd; y++) {
      lens.scan(y, 0.5);
      for (let x = lens.from; x < lens.to; x++) {
        const k = x - lens.from;
        const share = lens.share[k]! * presence;
        if (share <= 0.004) continue;
        const px = x + 0.5 - midX;
        const py = y + 0.5 - midY;
        let qx = home.x + c * px - s * py;
        let qy = home.y + s * px + c * py;
        if (gazing) {
          const [dx, dy] = [qx - iris.x - shiftX, qy - iris.y - shiftY];
          const carried = 1 - smooth(near, far, Math.sqrt(dx * dx + dy * dy));
          qx -= shiftX * carried;
          qy -= shiftY * carried;
        }
        const at = y * surface.width + x;
        let word = eyeballAt(texture, qx, qy);
        if (lid > 0) {
          const shade = mix(1, mix(0.72, 1, smooth(0, shadow, lens.below[k]!)) * (1 - 0.25 * state.blink), lid);
          word = over(word, 0, 0, 0, 1 - shade);
        }
        surface.pixels[at] = mixWords(surface.pixels[at]!, word, (share * 256) | 0);
      }
    }
  }
}
