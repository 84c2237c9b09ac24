import type { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import { clamp } from '../../base/maths.ts';
import type { Rect } from '../../media/frame.ts';
import type { Bounds, Surface } from './surface.ts';
import type { Texture } from './texture.ts';

/** Points of a mesh: where each vertex is drawn (output px) and which texel it shows, two values a vertex. */
export interface MeshPoints {
  readonly at: Float32Array;
  readonly texel: Float32Array;
  /** One a vertex: 0 = where the photo has it. */
  readonly moved: Uint8Array;
}

/** What a triangle shows: nothing, only solid texels, or see-through ones too. */
export const ABSENT = 0;
export const OPAQUE = 1;
export const SHEER = 2;

/** Triangles of a mesh, `indices` three vertices each and one of the kinds above in `kinds`. */
export interface TriangleList {
  readonly indices: Uint16Array;
  readonly kinds: Uint8Array;
}

/** Room for the triangles that `indices` names, in `memory`; their kinds are ABSENT. */
export function createTriangleList(memory: KernelMemory, indices: Uint16Array): TriangleList {
  const list = { indices: memory.shorts(indices.length), kinds: memory.bytes(indices.length / 3) };
  list.indices.set(indices);
  return list;
}

/** What a mesh is drawn from. Texels are premultiplied by their alpha; `behind` shows through them. */
export interface Scene {
  readonly texture: Texture;
  readonly points: MeshPoints;
  readonly behind: Surface;
  readonly still: Surface;
}

/** Pixels whose texel positions, 8 bytes each, stay in a core's own cache. */
const BAND_PIXELS = 32_768;
/** Rows that are drawn at a time: the more, the fewer triangles reach two bands. */
const bandRowsFor = (width: number) => clamp(Math.floor(BAND_PIXELS / width), 16, 64);
/** Words that `drawMesh` in `core/kernels/mesh.ts` reads and writes, and where it writes what it covered. */
const TASK_WORDS = 25;
const COVERED = 20;
const NOTE_WORDS = 2;
const SPARE_PIXELS = 4; // the kernel puts back so many after a row's end
const LIST_WORDS = 3;
const MOST_LISTS = 4;

/** The bytes that a painter takes for pictures of a size and at most so many triangles, in at most 5 parts. */
export function meshPainterBytes(width: number, height: number, triangles: number): number {
  const bandRows = bandRowsFor(width);
  const bands = Math.ceil(height / bandRows);
  return (
    8 * (width * bandRows + SPARE_PIXELS) +
    4 * (bands + 2) +
    4 * triangles * (bands + NOTE_WORDS) +
    4 * (TASK_WORDS + LIST_WORDS * MOST_LISTS)
  );
}

/** Draws meshes onto surfaces of one size, which lie in its memory like all that it draws from. */
export class MeshPainter {
  readonly #memory: KernelMemory;
  readonly #task: Int32Array;
  readonly #scratch: readonly [positions: number, bandRows: number, starts: number, places: number, notes: number];
  readonly #triangles: number;

  constructor(memory: KernelMemory, width: number, height: number, triangles: number) {
    const bandRows = bandRowsFor(width);
    const bands = Math.ceil(height / bandRows);
    this.#memory = memory;
    this.#triangles = triangles;
    this.#task = memory.words(TASK_WORDS + LIST_WORDS * MOST_LISTS);
    this.#scratch = [
      memory.words(2 * (width * bandRows + SPARE_PIXELS)).byteOffset,
      bandRows,
      memory.words(bands + 2).byteOffset,
      memory.words(triangles * bands).byteOffset,
      memory.words(triangles * NOTE_WORDS).byteOffset,
    ];
  }

  /**
   * Draws `lists` of triangles in order and takes what they cover into `bounds`. Texture coordinates run affinely inside a triangle,
   * pixels are sampled bilinearly at their centres; outside a texture its border goes on. Neighbours may overlap.
   *
   * Triangles whose vertices did not move are left out, as are pixels that no triangle covers: they stay as they are. Not so where `fill`
   * is given: such triangles show the photo, and uncovered pixels within `fill` show what is behind.
   * @throws {RangeError} when there are more triangles than the painter has room for.
   */
  draw(
    surface: Surface,
    { texture, points, behind, still }: Scene,
    lists: readonly TriangleList[],
    bounds: Bounds,
    fill: Rect | null,
  ): void {
    if (lists.length > MOST_LISTS || lists.reduce((sum, { kinds }) => sum + kinds.length, 0) > this.#triangles) {
      throw new RangeError('More triangles are drawn than there is room for.');
    }
    const box = fill ?? { x: 0, y: 0, width: 0, height: 0 };
    this.#task.set([
      ...[surface.pixels.byteOffset, surface.width, surface.height],
      ...[texture.pixels.byteOffset, texture.width, texture.height],
      ...[behind.pixels.byteOffset, still.pixels.byteOffset],
      ...[points.at.byteOffset, points.texel.byteOffset, points.moved.byteOffset],
      ...this.#scratch,
      ...[box.x, box.y, box.x + box.width, box.y + box.height],
      ...[0, 0, 0, 0],
      lists.length,
      ...lists.flatMap(({ indices, kinds }) => [indices.byteOffset, kinds.byteOffset, kinds.length]),
    ]);
    this.#memory.kernels.drawMesh(this.#task.byteOffset);
    const [left, top, right, bottom] = this.#task.subarray(COVERED);
    bounds.cover(left!, top!, right!, bottom!);
  }
}
