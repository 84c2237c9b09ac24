import type { PixelMemory } from '../../media/kernels/pixel-memory.ts';
import type { Bounds, Surface } from './surface.ts';
import type { Texture } from './texture.ts';

/** Points of a mesh: where each vertex is drawn (output px) and which texel it shows, two values a vertex. */
export interface MeshPoints {
  readonly at: Float32Array;
  readonly texel: Float32Array;
  /** One a vertex: 0 = where the photo has it. Triangles of three such vertices are left out. */
  readonly moved: Uint8Array;
}

/** How a triangle is drawn: not at all, opaquely, or through the texture's alpha over a picture of what is behind. */
export const ABSENT = 0;
export const OPAQUE = 1;
export const SHEER = 2;

/** Triangles of a mesh, `indices` three vertices each and one of the kinds above in `kinds`. */
export interface TriangleList {
  readonly indices: Uint16Array;
  readonly kinds: Uint8Array;
}

/** Room for the triangles that `indices` names, in `memory`; their kinds are ABSENT. */
export function createTriangleList(memory: PixelMemory, indices: Uint16Array): TriangleList {
  const list = { indices: memory.shorts(indices.length), kinds: memory.bytes(indices.length / 3) };
  list.indices.set(indices);
  return list;
}

/**
 * What shows through or stays: `behind` under sheer triangles (their texels are premultiplied by alpha), and `still`, from which
 * triangles whose vertices did not move are copied as they are. Without `still` those are left out.
 */
export interface Scene {
  readonly behind: Surface;
  readonly still: Surface | null;
}

/** Draws triangles of one texture onto surfaces of one memory, in which all that it is given lies. */
export class TrianglePainter {
  readonly #memory: PixelMemory;
  readonly #covered: Int32Array;

  constructor(memory: PixelMemory) {
    this.#memory = memory;
    this.#covered = memory.words(4);
  }

  /**
   * Draws triangles in order and takes what they cover into `bounds`. Texture coordinates run affinely inside a triangle, pixels are
   * sampled bilinearly at their centres; outside a texture its border goes on. Drawing one pixel twice changes nothing, so neighbours
   * may overlap.
   */
  draw(
    surface: Surface,
    texture: Texture,
    list: TriangleList,
    { at, texel, moved }: MeshPoints,
    { behind, still }: Scene,
    bounds: Bounds,
  ): void {
    this.#memory.kernels.drawTriangles(
      surface.pixels.byteOffset,
      surface.width,
      surface.height,
      texture.pixels.byteOffset,
      texture.width,
      texture.height,
      behind.pixels.byteOffset,
      still?.pixels.byteOffset ?? 0,
      at.byteOffset,
      texel.byteOffset,
      moved.byteOffset,
      list.indices.byteOffset,
      list.kinds.byteOffset,
      list.kinds.length,
      this.#covered.byteOffset,
    );
    const [left, top, right, bottom] = this.#covered;
    bounds.cover(left!, top!, right!, bottom!);
  }
}
