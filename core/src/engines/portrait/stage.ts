import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { clamp } from '../../base/maths.ts';
import type { Picture, Rect } from '../../media/frame.ts';
import { wordsOf } from '../../media/words.ts';
import {
  ABSENT,
  createTriangleList,
  MeshPainter,
  OPAQUE,
  type Scene,
  SHEER,
  type TriangleList,
} from '../../render/cpu/mesh-painter.ts';
import { Bounds, copyRect, type Surface } from '../../render/cpu/surface.ts';
import { createTexture, type Texture } from '../../render/cpu/texture.ts';
import { kindReader, separate } from './backdrop.ts';
import type { HeadPose } from './pose.ts';
import type { Placement, PreparedPortrait } from './prepared.ts';

/** What a painter draws: a prepared photo, and the same photo resampled into output pixels by `placement`. */
export interface PainterSetup {
  readonly prepared: PreparedPortrait;
  readonly still: Picture;
  readonly placement: Placement;
}

const NEVER_MOVED = 1e-6; // IOD: a vertex whose neutral displacement is smaller than this is fixed

/** Texels per pixel of the photo from which bilinear samples blur nothing that it has, and the most that is ever worth while. */
const TEXELS_PER_PHOTO_PIXEL = 1.5;
/** The most texels per output pixel, along one axis. */
export const DENSEST = 2;

/** The photo as a mesh over what is behind it: everything of a frame except eyes and the inside of the mouth. */
export class Stage {
  readonly still: Surface;
  readonly texture: Texture;
  readonly face: TriangleList;
  private readonly around: TriangleList;
  private readonly fills: TriangleList;
  private readonly scene: Scene;
  private readonly mesh: MeshPainter;
  /** The part of the output that any pose can change, while it is where the photo has it. */
  private readonly box: Rect;
  /** Vertices of triangles on the person's outline. */
  private readonly outline: Uint16Array;

  constructor({ prepared, still, placement }: PainterSetup, pose: HeadPose, memory: KernelMemory) {
    const { width, height } = still;
    this.still = { width, height, pixels: memory.words(width * height) };
    this.still.pixels.set(wordsOf(still.pixels));
    const { backdrop } = prepared;
    const opaque = this.still.pixels.every((word) => word >>> 24 === 255);
    const { person, behind } =
      backdrop && opaque
        ? separate(this.still, backdrop, placement, memory)
        : { person: this.still, behind: this.still };
    const kindsOf = person === this.still ? null : kindReader(person);
    const listOf = (...parts: readonly Uint16Array[]) => {
      const list = createTriangleList(memory, Uint16Array.from(parts.flatMap((part) => Array.from(part))));
      if (kindsOf) list.kinds.set(kindsOf(list.indices, pose.home));
      else list.kinds.fill(OPAQUE);
      return list;
    };
    this.around = listOf(prepared.outer);
    this.fills = listOf(prepared.mouthFill, prepared.eyeFill);
    this.face = listOf(prepared.faceTriangles);
    this.outline = verticesOf(SHEER, this.around, this.face);
    this.box = this.reach(prepared, pose.home);
    const density = clamp(TEXELS_PER_PHOTO_PIXEL / placement.scale, 1, DENSEST);
    this.texture = createTexture(person, this.box, density, memory);
    const { left, top } = this.texture;
    const texel = memory.floats(pose.home.length);
    for (let k = 0; k < texel.length; k++) texel[k] = (pose.home[k]! - (k % 2 === 0 ? left : top)) * density;
    const points = { at: pose.at, texel, moved: pose.moved };
    this.scene = { texture: this.texture, points, behind, still: this.still };
    this.mesh = new MeshPainter(memory, width, height, trianglesOf(prepared));
  }

  /** The box around all triangles with a vertex that can move, at `home`. */
  private reach(prepared: PreparedPortrait, home: Float32Array): Rect {
    const { follow, torso, neutral } = prepared;
    const mobile = new Uint8Array(follow.length);
    for (let k = 0; k < mobile.length; k++) {
      const far = Math.hypot(neutral[3 * k]!, neutral[3 * k + 1]!, neutral[3 * k + 2]!);
      mobile[k] = follow[k]! > 0 || torso[k]! > 0 || far > NEVER_MOVED ? 1 : 0;
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
    const { scene, still, box } = this;
    // Where the outline moves, what is behind must show where the person was, so the whole person is drawn anew over it.
    const uncovers = this.outlineMoves();
    const past = painted.within(surface.width, surface.height);
    painted.clear();
    if (!uncovers || !holds(box, past)) copyRect(still, surface, past);
    if (uncovers) painted.cover(box.x, box.y, box.x + box.width, box.y + box.height);
    this.mesh.draw(surface, scene, [this.around, this.fills, face], painted, uncovers ? box : null);
  }

  private outlineMoves(): boolean {
    const { moved } = this.scene.points;
    for (let k = 0; k < this.outline.length; k++) if (moved[this.outline[k]!] === 1) return true;
    return false;
  }
}

/** How many triangles are drawn at most. */
export const trianglesOf = ({ outer, mouthFill, eyeFill, faceTriangles }: PreparedPortrait): number =>
  (outer.length + mouthFill.length + eyeFill.length + faceTriangles.length) / 3;

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
