import type { Picture, Rect } from '../../media/frame.ts';
import { Bounds, copyRect, type Surface, wordsOf } from '../../render/cpu/surface.ts';
import { createDenseTexture, createPlainTexture, type Texture } from '../../render/cpu/texture.ts';
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
import type { HeadPose } from './pose.ts';
import type { Placement, PreparedPortrait } from './prepared.ts';

/** What a painter draws: a prepared photo, and the same photo resampled into output pixels by `placement`. */
export interface PainterSetup {
  readonly prepared: PreparedPortrait;
  readonly still: Picture;
  readonly placement: Placement;
}

const NEVER_MOVED = 1e-6; // IOD: a vertex whose neutral displacement is smaller than this is fixed

const ENLARGED = 1.5; // output px per source px from which bilinear samples of the still blur nothing that it has

/** The photo as a mesh over what is behind it: everything of a frame except eyes and the inside of the mouth. */
export class Stage {
  readonly still: Surface;
  readonly texture: Texture;
  readonly face: TriangleList;
  private readonly layers: Layers;
  private readonly around: TriangleList;
  private readonly fills: TriangleList;
  private readonly points: MeshPoints;
  /** The part of the output that any pose can change, while it is where the photo has it. */
  private readonly box: Rect;
  /** Vertices of triangles on the person's outline. */
  private readonly outline: Uint16Array;

  constructor({ prepared, still, placement }: PainterSetup, pose: HeadPose) {
    this.still = { width: still.width, height: still.height, pixels: wordsOf(still.pixels) };
    const { backdrop } = prepared;
    const opaque = this.still.pixels.every((word) => word >>> 24 === 255);
    this.layers =
      backdrop && opaque ? separate(this.still, backdrop, placement) : { person: this.still, behind: this.still };
    this.around = this.listOf(pose, prepared.outer);
    this.fills = this.listOf(pose, prepared.mouthFill, prepared.eyeFill);
    this.face = this.listOf(pose, prepared.faceTriangles);
    this.outline = verticesOf(SHEER, this.around, this.face);
    this.box = this.reach(prepared, pose.home);
    const create = placement.scale >= ENLARGED ? createPlainTexture : createDenseTexture;
    this.texture = create(this.layers.person, this.box);
    const { density, left, top } = this.texture;
    const texel = pose.home.map((value, k) => (value - (k % 2 === 0 ? left : top)) * density);
    this.points = { at: pose.at, texel, moved: pose.moved };
  }

  private listOf(pose: HeadPose, ...parts: readonly Uint16Array[]): TriangleList {
    const indices = Uint16Array.from(parts.flatMap((part) => Array.from(part)));
    const { person } = this.layers;
    const kinds =
      person === this.still ? new Uint8Array(indices.length / 3).fill(OPAQUE) : kindsOf(person, indices, pose.home);
    return { indices, kinds };
  }

  /** The box around all triangles with a vertex that can move, at `home`. */
  private reach(prepared: PreparedPortrait, home: Float32Array): Rect {
    const mobile = new Uint8Array(prepared.follow.length);
    for (let k = 0; k < mobile.length; k++) {
      const far = Math.hypot(...prepared.neutral.subarray(3 * k, 3 * k + 3));
      mobile[k] = prepared.follow[k]! > 0 || prepared.torso[k]! > 0 || far > NEVER_MOVED ? 1 : 0;
    }
    for (const field of [...Object.values(prepared.fields), ...prepared.hats]) {
      for (const k of field.index) mobile[k] = 1;
    }
    const box = new Bounds();
    for (const { indices, kinds } of [this.around, this.face]) {
      for (let t = 0; t < indices.length; t += 3) {
        if (kinds[t / 3] === ABSENT) continue;
        if (!mobile[indices[t]!] && !mobile[indices[t + 1]!] && !mobile[indices[t + 2]!]) continue;
        for (let corner = 0; corner < 3; corner++) {
          const k = indices[t + corner]!;
          box.cover(home[2 * k]! - 2, home[2 * k + 1]! - 2, home[2 * k]! + 2, home[2 * k + 1]! + 2);
        }
      }
    }
    return box.within(this.still.width, this.still.height);
  }

  /**
   * Draws the mesh as `pose` placed it, `face` in the order it comes in, over a surface on which `painted` differs from the photo.
   * Afterwards `painted` holds what differs now.
   */
  draw(surface: Surface, face: TriangleList, painted: Bounds): void {
    const { texture, points, layers, still, box } = this;
    const uncovers = this.outlineMoves();
    const past = painted.within(surface.width, surface.height);
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
    drawTriangles(surface, texture, face, points, scene, painted);
  }

  private outlineMoves(): boolean {
    const { moved } = this.points;
    for (let k = 0; k < this.outline.length; k++) if (moved[this.outline[k]!] === 1) return true;
    return false;
  }
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
