import { OratorError } from '../../base/errors.ts';
import { clamp } from '../../base/maths.ts';
import type { Rect } from '../../media/frame.ts';
import { CHANNEL_INDEX, type Pose } from '../../motion/pose.ts';
import { Bounds, type Surface, wordsOf } from '../../render/cpu/surface.ts';
import { Deformation } from './deform.ts';
import { createExpression, readExpression } from './expression.ts';
import { EyeLayer, type EyeState } from './eyes/layer.ts';
import { FaceOrder } from './face-order.ts';
import { MouthLayer } from './mouth/layer.ts';
import { HeadPose } from './pose.ts';
import { type PainterSetup, Stage } from './stage.ts';

/** Draws one subject, pose by pose. Not for use by two callers at once; needs no clock and no randomness. */
export interface Painter {
  readonly width: number;
  readonly height: number;
  /**
   * Draws `pose` into RGBA pixels of the painter's size. A buffer seen for the first time is filled whole; one that holds an earlier
   * pose is only changed where either differs from the photo. Returns what may differ from the pose painted before, in any buffer.
   * @throws {OratorError} `internal` for a buffer of another size, or not aligned to four bytes.
   */
  paint(pose: Pose, into: Uint8ClampedArray): Rect;
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

/** A buffer that was painted before, and where it differs from the photo. */
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
  private readonly canvases = new WeakMap<Uint8ClampedArray, Canvas>();
  private readonly last = new Bounds();
  private readonly changed = new Bounds();
  private clock: (() => number) | undefined;
  private readonly times: PaintTimes = { deform: 0, triangles: 0, eyes: 0, mouth: 0 };

  constructor(setup: PainterSetup) {
    const { prepared, still, placement } = setup;
    this.setup = setup;
    this.width = still.width;
    this.height = still.height;
    this.deformation = new Deformation(prepared);
    this.pose = new HeadPose(prepared, placement);
    this.stage = new Stage(setup, this.pose);
    this.order = new FaceOrder(prepared, this.stage.face);
    const rightFirst = prepared.eyes[0].iris.x <= prepared.eyes[1].iris.x ? prepared.eyes : prepared.eyes.toReversed();
    const { texture } = this.stage;
    this.eyes = rightFirst.map(
      (eye, k) => new EyeLayer(eye, k === 0 ? 'Right' : 'Left', this.pose, texture, placement, prepared.colours),
    );
    this.eyeStates = this.eyes.map(() => ({ gazeX: 0, gazeY: 0, blink: 0, wide: 0, squint: 0 }));
    this.mouth = new MouthLayer(prepared, this.pose, texture, placement);
  }

  measure(now: () => number): PaintTimes {
    this.clock = now;
    return this.times;
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

  /** What may differ from the pose before: what differed from the photo then, or does now. */
  private changeSince(painted: Bounds): Rect {
    this.changed.clear();
    this.changed.coverAll(this.last);
    this.changed.coverAll(painted);
    this.last.clear();
    this.last.coverAll(painted);
    return this.changed.within(this.width, this.height);
  }

  private canvasOf(into: Uint8ClampedArray): Canvas {
    let canvas = this.canvases.get(into);
    if (canvas === undefined) {
      if (into.byteOffset % 4 !== 0 || into.length !== this.width * this.height * 4) {
        throw new OratorError(
          'internal',
          `A buffer of ${into.length} bytes at offset ${into.byteOffset} cannot hold a picture of ${this.width} × ${this.height}. ` +
            'Pass one of width × height × 4 bytes at an offset that four divides.',
        );
      }
      canvas = { surface: { width: this.width, height: this.height, pixels: wordsOf(into) }, painted: new Bounds() };
      canvas.surface.pixels.set(this.stage.still.pixels);
      this.canvases.set(into, canvas);
    }
    return canvas;
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
