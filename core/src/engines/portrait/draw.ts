import { clamp } from '../../base/maths.ts';
import type { Picture, Rect } from '../../media/frame.ts';
import { CHANNEL_INDEX, type Pose, type Shape } from '../../motion/pose.ts';
import { Lens } from '../../render/cpu/lens.ts';
import { Bounds, copyRect, type Surface, wordsOf } from '../../render/cpu/surface.ts';
import { createDenseTexture, type Texture } from '../../render/cpu/texture.ts';
import {
  ABSENT,
  drawTriangles,
  type MeshPoints,
  OPAQUE,
  type Scene,
  SHEER,
  type TriangleList,
} from '../../render/cpu/triangles.ts';
import { kindsOf, type Layers, separate } from './backdrop.ts';
import { Deformation } from './deform.ts';
import { createExpression, readExpression } from './expression.ts';
import { EyeLayer, type EyeState } from './eyes/layer.ts';
import { FaceOrder } from './face-order.ts';
import { drawContactLine } from './mouth/contact.ts';
import { MouthInterior, type MouthState } from './mouth/interior.ts';
import { clearParting } from './mouth/lip-edges.ts';
import { readSideLight } from './mouth/side-light.ts';
import { HeadPose } from './pose.ts';
import type { Placement, PreparedPortrait } from './prepared.ts';

/** What a painter draws: a prepared photo, and the same photo resampled into output pixels by `placement`. */
export interface PainterSetup {
  readonly prepared: PreparedPortrait;
  readonly still: Picture;
  readonly placement: Placement;
}

/** Draws one subject, pose by pose. Not for use by two callers at once; needs no clock and no randomness. */
export interface Painter {
  readonly width: number;
  readonly height: number;
  /**
   * Draws `pose` into RGBA pixels of the painter's size. A buffer seen for the first time is filled whole; one that holds an earlier
   * pose is only changed where either differs from the photo. Returns what may differ from the pose painted before, in any buffer.
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

const NEVER_MOVED = 1e-6; // IOD: a vertex whose fields are all smaller than this is fixed
const UNTRUSTED_LIP = 0.016; // IOD beside parted lips where the photo's teeth may still show
const LIP_STIR = 0.004; // IOD of lip movement at which the contact line is fully there

/** A painter of one prepared portrait; `measure` also tells where the time goes. */
export function createPainter(setup: PainterSetup): Painter & { measure(now: () => number): PaintTimes } {
  return new PortraitPainter(setup);
}

/** The vertices of all triangles of one kind. */
function verticesOf(kind: number, ...lists: readonly TriangleList[]): Uint16Array {
  const vertices = new Set<number>();
  for (const { indices, kinds } of lists) {
    for (let k = 0; k < indices.length; k++) if (kinds[Math.floor(k / 3)] === kind) vertices.add(indices[k]!);
  }
  return Uint16Array.from(vertices);
}

/** Whether `inner` lies within `outer`. */
const holds = (outer: Rect, inner: Rect) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

interface Canvas {
  readonly surface: Surface;
  readonly painted: Bounds;
}

class PortraitPainter implements Painter {
  readonly width: number;
  readonly height: number;
  private readonly prepared: PreparedPortrait;
  private readonly still: Surface;
  private readonly texture: Texture;
  /** The part of the output that any pose can change, while it is where the photo has it. */
  private readonly box: Rect;
  private readonly points: MeshPoints;
  private readonly deformation: Deformation;
  private readonly pose: HeadPose;
  private readonly expression = createExpression();
  private readonly order: FaceOrder;
  private readonly face: TriangleList;
  private readonly around: TriangleList;
  private readonly fills: TriangleList;
  private readonly layers: Layers;
  /** Vertices of triangles on the person's outline. */
  private readonly outline: Uint16Array;
  private readonly eyes: readonly EyeLayer[];
  private readonly eyeStates: readonly EyeState[];
  private readonly mouthLens: Lens;
  private readonly mouth: MouthInterior;
  private readonly mouthState: MouthState = {
    jawDown: 0,
    jawSide: 0,
    tongueUp: 0,
    tongueOut: 0,
    rounding: 0,
    gap: 0,
  };
  private readonly canvases = new WeakMap<Uint8ClampedArray, Canvas>();
  private readonly last = new Bounds();
  private readonly changed = new Bounds();
  private clock: (() => number) | undefined;
  private readonly times: PaintTimes = { deform: 0, triangles: 0, eyes: 0, mouth: 0 };

  constructor({ prepared, still, placement }: PainterSetup) {
    this.prepared = prepared;
    this.width = still.width;
    this.height = still.height;
    this.still = { width: still.width, height: still.height, pixels: wordsOf(still.pixels) };
    this.deformation = new Deformation(prepared);
    this.pose = new HeadPose(prepared, placement);
    const { backdrop } = prepared;
    const opaque = this.still.pixels.every((word) => word >>> 24 === 255);
    this.layers =
      backdrop && opaque ? separate(this.still, backdrop, placement) : { person: this.still, behind: this.still };
    const list = (...parts: readonly Uint16Array[]): TriangleList => {
      const indices = Uint16Array.from(parts.flatMap((part) => Array.from(part)));
      const separated = this.layers.person !== this.still;
      const kinds = separated
        ? kindsOf(this.layers.person, indices, this.pose.home)
        : new Uint8Array(indices.length / 3).fill(OPAQUE);
      return { indices, kinds };
    };
    this.around = list(prepared.outer);
    this.fills = list(prepared.mouthFill, prepared.eyeFill);
    this.face = list(prepared.faceTriangles);
    this.outline = verticesOf(SHEER, this.around, this.face);
    this.box = this.reach();
    this.texture = createDenseTexture(this.layers.person, this.box);
    this.points = { at: this.pose.at, texel: this.texels(), moved: this.pose.moved };
    this.order = new FaceOrder(prepared, this.face);
    const rightFirst = prepared.eyes[0].iris.x <= prepared.eyes[1].iris.x ? prepared.eyes : prepared.eyes.toReversed();
    this.eyes = rightFirst.map(
      (eye, k) => new EyeLayer(eye, k === 0 ? 'Right' : 'Left', this.pose, this.texture, placement, prepared.colours),
    );
    this.eyeStates = this.eyes.map(() => ({ gazeX: 0, gazeY: 0, blink: 0, wide: 0, squint: 0 }));
    const diagonal = Math.hypot(this.width, this.height);
    this.mouthLens = new Lens(prepared.mouth.upper.length, diagonal, this.width);
    const { upper, lower } = prepared.mouth;
    this.mouthLens.shape(this.pose.home, upper, lower, 0, this.width, this.height);
    const sideLight = readSideLight(this.texture, this.mouthLens, this.pose.scale);
    if (prepared.mouth.open) this.clearMouth();
    this.mouth = new MouthInterior(prepared, this.pose, 1.5 * prepared.iod * Math.min(1, placement.scale), sideLight);
  }

  /** The part of the output that any pose can change: all triangles with a vertex that can move. */
  private reach(): Rect {
    const { prepared } = this;
    const mobile = new Uint8Array(prepared.follow.length);
    for (let k = 0; k < mobile.length; k++) {
      const far = Math.hypot(...prepared.neutral.subarray(3 * k, 3 * k + 3));
      mobile[k] = prepared.follow[k]! > 0 || prepared.torso[k]! > 0 || far > NEVER_MOVED ? 1 : 0;
    }
    for (const field of [...Object.values(prepared.fields), ...prepared.hats])
      for (const k of field.index) mobile[k] = 1;
    const box = new Bounds();
    for (const { indices, kinds } of [this.around, this.face]) {
      for (let t = 0; t < indices.length; t += 3) {
        if (kinds[t / 3] === ABSENT) continue;
        if (!mobile[indices[t]!] && !mobile[indices[t + 1]!] && !mobile[indices[t + 2]!]) continue;
        for (let corner = 0; corner < 3; corner++) {
          const k = indices[t + corner]!;
          const [x, y] = [this.pose.home[2 * k]!, this.pose.home[2 * k + 1]!];
          box.cover(x - 2, y - 2, x + 2, y + 2);
        }
      }
    }
    return box.within(this.width, this.height);
  }

  /** Takes the photo's own teeth out of the texture of parted lips. */
  private clearMouth(): void {
    const { upper, lower } = this.prepared.mouth;
    const margin = UNTRUSTED_LIP * this.pose.scale + 0.5;
    this.mouthLens.shape(this.pose.home, upper, lower, 2 * margin, this.width, this.height);
    clearParting(this.texture, this.mouthLens, margin);
  }

  /** 2n: the texel each vertex shows. */
  private texels(): Float32Array {
    const { density, left, top } = this.texture;
    return this.pose.home.map((value, k) => (value - (k % 2 === 0 ? left : top)) * density);
  }

  measure(now: () => number): PaintTimes {
    this.clock = now;
    return this.times;
  }

  paint(pose: Pose, into: Uint8ClampedArray): Rect {
    const canvas = this.canvasOf(into);
    const start = this.clock?.() ?? 0;
    readExpression(pose, this.prepared, this.expression);
    this.deformation.apply(this.expression);
    this.pose.read(pose);
    this.pose.place(this.deformation.offsets);
    const deformed = this.clock?.() ?? 0;
    this.drawMesh(canvas);
    const meshed = this.clock?.() ?? 0;
    this.drawEyes(canvas);
    const eyed = this.clock?.() ?? 0;
    this.drawMouth(canvas);
    if (this.clock) {
      this.times.deform = deformed - start;
      this.times.triangles = meshed - deformed;
      this.times.eyes = eyed - meshed;
      this.times.mouth = this.clock() - eyed;
    }
    this.changed.clear();
    this.changed.coverAll(this.last);
    this.changed.coverAll(canvas.painted);
    this.last.clear();
    this.last.coverAll(canvas.painted);
    return this.changed.within(this.width, this.height);
  }

  private canvasOf(into: Uint8ClampedArray): Canvas {
    let canvas = this.canvases.get(into);
    if (canvas === undefined) {
      canvas = { surface: { width: this.width, height: this.height, pixels: wordsOf(into) }, painted: new Bounds() };
      canvas.surface.pixels.set(this.still.pixels);
      this.canvases.set(into, canvas);
    }
    return canvas;
  }

  private drawMesh({ surface, painted }: Canvas): void {
    const { texture, points, layers, still } = this;
    const uncovers = this.outlineMoves();
    const { box } = this;
    const past = painted.within(this.width, this.height);
    painted.clear();
    if (!uncovers || !holds(box, past)) copyRect(still, surface, past);
    if (uncovers) {
      // The outline moves: what is behind must show where the person was, so the whole person is drawn anew over it.
      copyRect(layers.behind, surface, box);
      painted.cover(box.x, box.y, box.x + box.width, box.y + box.height);
    }
    const scene: Scene = { behind: layers.behind, still: uncovers ? still : null };
    drawTriangles(surface, texture, this.around, points, scene, painted);
    drawTriangles(surface, texture, this.fills, points, scene, painted);
    drawTriangles(surface, texture, this.order.sorted(this.pose, this.deformation.offsets), points, scene, painted);
  }

  private outlineMoves(): boolean {
    for (let k = 0; k < this.outline.length; k++) if (this.pose.moved[this.outline[k]!] === 1) return true;
    return false;
  }

  private drawEyes({ surface, painted }: Canvas): void {
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

  private drawMouth({ surface, painted }: Canvas): void {
    const { prepared, mouthLens, mouthState, expression } = this;
    const weight = (shape: Shape) => expression.weights[CHANNEL_INDEX[shape]]!;
    const stir = this.lipStir();
    if (stir === 0) return;
    const { scale } = this.pose;
    mouthLens.shape(
      this.pose.at,
      prepared.mouth.upper,
      prepared.mouth.lower,
      0.03 * scale + 2,
      this.width,
      this.height,
    );
    drawContactLine(surface, mouthLens, prepared.colours, prepared.mouth.open, clamp(stir / LIP_STIR), scale);
    mouthState.jawDown = 0.46 * weight('jawOpen');
    mouthState.jawSide = 0.13 * (weight('jawLeft') - weight('jawRight'));
    mouthState.tongueUp = expression.tongueUp;
    mouthState.tongueOut = clamp(weight('tongueOut'));
    mouthState.rounding = clamp(0.8 * weight('mouthPucker') + 0.6 * weight('mouthFunnel'));
    mouthState.gap = this.deformation.lips.middle;
    this.mouth.draw(surface, mouthLens, this.pose, mouthState);
    painted.cover(mouthLens.firstColumn, mouthLens.firstRow, mouthLens.columnEnd, mouthLens.rowEnd);
  }

  /** The largest displacement of an inner lip edge, IOD. */
  private lipStir(): number {
    const { offsets } = this.deformation;
    let most = 0;
    for (const list of [this.prepared.mouth.upper, this.prepared.mouth.lower]) {
      for (const k of list) most = Math.max(most, Math.abs(offsets[3 * k]!) + Math.abs(offsets[3 * k + 1]!));
    }
    return most;
  }
}
