import { OratorError } from '../../base/errors.ts';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { clamp } from '../../base/maths.ts';
import type { Rect } from '../../media/frame.ts';
import { JPEG_BYTES, JpegEncoder, jpegRoom } from '../../media/jpeg/encoder.ts';
import { CHANNEL_INDEX, type Pose } from '../../motion/pose.ts';
import { lensBytes } from '../../render/cpu/lens.ts';
import { meshPainterBytes } from '../../render/cpu/mesh-painter.ts';
import { Bounds, type Surface } from '../../render/cpu/surface.ts';
import { Deformation, deformationBytes } from './deform.ts';
import { createExpression, readExpression } from './expression.ts';
import { EyeLayer, type EyeState } from './eyes/layer.ts';
import { FaceOrder } from './face-order.ts';
import { MouthLayer } from './mouth/layer.ts';
import { HeadPose } from './pose.ts';
import { DENSEST, type PainterSetup, Stage, trianglesOf } from './stage.ts';

/** Draws one subject, pose by pose. Not for use by two callers at once; needs no clock and no randomness. */
export interface Painter {
  readonly width: number;
  readonly height: number;
  /**
   * RGBA pixels of the painter's size that show the photo, to paint into; the painter has room for MOST_CANVASES.
   * @throws {OratorError} `internal` for one more.
   */
  createCanvas(): Uint8ClampedArray;
  /**
   * Draws `pose` into one of the painter's canvases, which is changed only where the pose in it or this one differs from the photo.
   * Returns what may differ from the pose painted before, in any canvas.
   * @throws {OratorError} `internal` for pixels that are not the painter's.
   */
  paint(pose: Pose, into: Uint8ClampedArray): Rect;
  /**
   * What one of the painter's canvases shows as a JPEG of a `quality` of 1 to 100, valid until the next call.
   * @throws {OratorError} `internal` for pixels that are not the painter's.
   */
  jpeg(canvas: Uint8ClampedArray, quality: number): Uint8Array;
}

/** Where the time of one `paint` went, ms: for benchmarks. */
export interface PaintTimes {
  deform: number;
  triangles: number;
  eyes: number;
  mouth: number;
}

/** A painter of one prepared portrait; `measure` has it also tell where the time goes. */
export function createPainter(setup: PainterSetup): Painter & { measure(now: () => number): PaintTimes } {
  return new PortraitPainter(setup);
}

/** Canvases that one painter has room for: four frames may be held while the next is drawn, and one is to spare. */
export const MOST_CANVASES = 6;

/** Buffers that one painter takes, generously. */
const PARTS = 64;

/** Room for all that is drawn from and onto: the still, what is behind, the texture, the canvases, one as JPEG, and the mesh. */
function roomFor({ prepared, still: { width, height } }: PainterSetup): KernelMemory {
  const pictures = 2 + DENSEST ** 2 + MOST_CANVASES;
  const triangles = trianglesOf(prepared);
  const mesh = prepared.follow.length * 17 + triangles * 2 * 7; // points, and lists with room to sort the face's
  const lenses = 3 * lensBytes(Math.hypot(width, height), width);
  const tables = mesh + lenses + meshPainterBytes(width, height, triangles) + deformationBytes(prepared);
  return new KernelMemory(width * height * 4 * pictures + tables + JPEG_BYTES + jpegRoom(width, height), PARTS);
}

/** One of the painter's canvases, and where it differs from the photo. */
interface Canvas {
  readonly surface: Surface;
  readonly painted: Bounds;
}

class PortraitPainter implements Painter {
  readonly width: number;
  readonly height: number;
  private readonly setup: PainterSetup;
  private readonly deformation: Deformation;
  private readonly pose: HeadPose;
  private readonly expression = createExpression();
  private readonly stage: Stage;
  private readonly order: FaceOrder;
  private readonly eyes: readonly EyeLayer[];
  private readonly eyeStates: readonly EyeState[];
  private readonly mouth: MouthLayer;
  private readonly memory: KernelMemory;
  private jpegs: JpegEncoder | undefined;
  private readonly canvases = new Map<Uint8ClampedArray, Canvas>();
  private readonly last = new Bounds();
  private readonly changed = new Bounds();
  private clock: (() => number) | undefined;
  private readonly times: PaintTimes = { deform: 0, triangles: 0, eyes: 0, mouth: 0 };

  constructor(setup: PainterSetup) {
    const { prepared, still, placement } = setup;
    this.setup = setup;
    this.width = still.width;
    this.height = still.height;
    this.memory = roomFor(setup);
    this.deformation = new Deformation(prepared, this.memory);
    this.pose = new HeadPose(prepared, placement, this.memory);
    this.stage = new Stage(setup, this.pose, this.memory);
    this.order = new FaceOrder(prepared, this.stage.face, this.memory);
    const rightFirst = prepared.eyes[0].iris.x <= prepared.eyes[1].iris.x ? prepared.eyes : prepared.eyes.toReversed();
    const { texture } = this.stage;
    this.eyes = rightFirst.map(
      (eye, k) =>
        new EyeLayer(eye, k === 0 ? 'Right' : 'Left', this.pose, texture, placement, prepared.colours, this.memory),
    );
    this.eyeStates = this.eyes.map(() => ({ gazeX: 0, gazeY: 0, blink: 0, wide: 0, squint: 0 }));
    this.mouth = new MouthLayer(prepared, this.pose, texture, placement, this.memory);
  }

  measure(now: () => number): PaintTimes {
    this.clock = now;
    return this.times;
  }

  createCanvas(): Uint8ClampedArray {
    if (this.canvases.size === MOST_CANVASES) {
      throw new OratorError('internal', `More than ${MOST_CANVASES} frames of one session are held. Dispose them.`);
    }
    const { width, height } = this;
    const pixels = this.memory.words(width * height);
    pixels.set(this.stage.still.pixels);
    const bytes = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    this.canvases.set(bytes, { surface: { width, height, pixels }, painted: new Bounds() });
    return bytes;
  }

  paint(pose: Pose, into: Uint8ClampedArray): Rect {
    const { surface, painted } = this.canvasOf(into);
    const start = this.clock?.() ?? 0;
    readExpression(pose, this.setup.prepared, this.expression);
    this.deformation.apply(this.expression);
    this.pose.read(pose);
    this.pose.place(this.deformation.offsets);
    const deformed = this.clock?.() ?? 0;
    this.stage.draw(surface, this.order.sorted(this.pose, this.deformation.offsets), painted);
    const meshed = this.clock?.() ?? 0;
    this.drawEyes(surface, painted);
    const eyed = this.clock?.() ?? 0;
    this.mouth.draw(surface, this.pose, this.expression, this.deformation, painted);
    if (this.clock) {
      this.times.deform = deformed - start;
      this.times.triangles = meshed - deformed;
      this.times.eyes = eyed - meshed;
      this.times.mouth = this.clock() - eyed;
    }
    return this.changeSince(painted);
  }

  jpeg(canvas: Uint8ClampedArray, quality: number): Uint8Array {
    const { width, height } = this;
    this.jpegs ??= new JpegEncoder(width, height, this.memory.bytes(jpegRoom(width, height)), this.memory);
    return this.jpegs.encode(this.canvasOf(canvas).surface, quality);
  }

  private canvasOf(pixels: Uint8ClampedArray): Canvas {
    const canvas = this.canvases.get(pixels);
    if (!canvas) throw new OratorError('internal', 'A pose can be painted only into a canvas of the painter.');
    return canvas;
  }

  /** What may differ from the pose before: what differed from the photo then, or does now. */
  private changeSince(painted: Bounds): Rect {
    this.changed.clear();
    this.changed.coverAll(this.last);
    this.changed.coverAll(painted);
    this.last.clear();
    this.last.coverAll(painted);
    return this.changed.within(this.width, this.height);
  }

  private drawEyes(surface: Surface, painted: Bounds): void {
    const { weights, gazeX, gazeY } = this.expression;
    for (let k = 0; k < 2; k++) {
      const side = k === 0 ? 'Right' : 'Left';
      const state = this.eyeStates[k]!;
      state.gazeX = gazeX;
      state.gazeY = gazeY;
      state.blink = clamp(weights[CHANNEL_INDEX[`eyeBlink${side}`]]!);
      state.wide = clamp(weights[CHANNEL_INDEX[`eyeWide${side}`]]!);
      state.squint = clamp(weights[CHANNEL_INDEX[`eyeSquint${side}`]]!);
      const touched = this.eyes[k]!.draw(surface, this.pose, state);
      if (touched) painted.cover(touched.x, touched.y, touched.x + touched.width, touched.y + touched.height);
    }
  }
}
