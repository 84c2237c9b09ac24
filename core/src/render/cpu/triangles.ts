import type { Bounds, Surface } from './surface.ts';
import type { Texture } from './texture.ts';

/** Points of a mesh: where each vertex is drawn (output px) and which texel it shows, two values a vertex. */
export interface MeshPoints {
  readonly at: Float32Array;
  readonly texel: Float32Array;
  /** One a vertex: 0 = where the photo has it. Triangles of three such vertices are left out. */
  readonly moved: Uint8Array;
}

const EDGE = 1e-4; // px: edges are inclusive, so neighbours overlap instead of leaving seams
const LOW = 0x00ff00ff;
const ROUND = 0x800080; // half a level in both halves of a word
const THIN = 0.25; // px²: twice the area under which texels are not told apart
const SLIVER = 1e-3; // px²: twice the area under which a triangle covers no pixel centre worth drawing

/** How a triangle is drawn: not at all, opaquely, or through the texture's alpha over a picture of what is behind. */
export const ABSENT = 0;
export const OPAQUE = 1;
export const SHEER = 2;

/** Triangles of a mesh, `indices` three vertices each and one of the kinds above in `kinds`. */
export interface TriangleList {
  readonly indices: Uint16Array;
  readonly kinds: Uint8Array;
}

/**
 * What shows through or stays: `behind` under sheer triangles (their texels are premultiplied by alpha), and `still`, from which
 * triangles whose vertices did not move are copied as they are. Without `still` those are left out.
 */
export interface Scene {
  readonly behind: Surface;
  readonly still: Surface | null;
}

/**
 * Draws triangles in order and takes what they cover into `bounds`. Texture coordinates run affinely inside a triangle, pixels are
 * sampled bilinearly at their centres. Drawing one pixel twice changes nothing, so neighbours may overlap.
 */
export function drawTriangles(
  surface: Surface,
  texture: Texture,
  list: TriangleList,
  points: MeshPoints,
  scene: Scene,
  bounds: Bounds,
): void {
  const { at, texel, moved } = points;
  const { indices, kinds } = list;
  for (let k = 0, t = 0; k < kinds.length; k++, t += 3) {
    const kind = kinds[k]!;
    if (kind === ABSENT) continue;
    const a = indices[t]!;
    const b = indices[t + 1]!;
    const c = indices[t + 2]!;
    if ((moved[a]! | moved[b]! | moved[c]!) === 0) {
      if (scene.still !== null) drawTriangle(surface, scene.still, scene.behind, false, at, at, a, b, c, bounds);
    } else {
      drawTriangle(surface, texture, scene.behind, kind === SHEER, at, texel, a, b, c, bounds);
    }
  }
}

function drawTriangle(
  surface: Surface,
  texture: Surface,
  behind: Surface,
  sheer: boolean,
  at: Float32Array,
  texel: Float32Array,
  a: number,
  b: number,
  c: number,
  bounds: Bounds,
): void {
  // Sorted by y: a above b above c.
  let swap = 0;
  if (at[2 * b + 1]! < at[2 * a + 1]!) {
    swap = a;
    a = b;
    b = swap;
  }
  if (at[2 * c + 1]! < at[2 * b + 1]!) {
    swap = b;
    b = c;
    c = swap;
    if (at[2 * b + 1]! < at[2 * a + 1]!) {
      swap = a;
      a = b;
      b = swap;
    }
  }
  const ax = at[2 * a]! - 0.5;
  const ay = at[2 * a + 1]! - 0.5;
  const bx = at[2 * b]! - 0.5;
  const by = at[2 * b + 1]! - 0.5;
  const cx = at[2 * c]! - 0.5;
  const cy = at[2 * c + 1]! - 0.5;
  const { width, height, pixels } = surface;
  const firstRow = Math.max(0, Math.ceil(ay - EDGE));
  const lastRow = Math.min(height - 1, Math.floor(cy + EDGE));
  if (firstRow > lastRow) return;
  const left = Math.min(ax, bx, cx);
  const right = Math.max(ax, bx, cx);
  if (right < 0 || left > width - 1) return;
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (area > -SLIVER && area < SLIVER) return;
  bounds.cover(Math.max(0, Math.floor(left)), firstRow, Math.min(width, Math.floor(right) + 2), lastRow + 1);

  const au = texel[2 * a]!;
  const av = texel[2 * a + 1]!;
  const bu = texel[2 * b]! - au;
  const bv = texel[2 * b + 1]! - av;
  const cu = texel[2 * c]! - au;
  const cv = texel[2 * c + 1]! - av;
  // Slivers would throw their texels far out: they show the texel of one corner all over.
  const scale = area > -THIN && area < THIN ? 0 : 65536 / area;
  const ux = (bu * (cy - ay) - cu * (by - ay)) * scale;
  const uy = (cu * (bx - ax) - bu * (cx - ax)) * scale;
  const vx = (bv * (cy - ay) - cv * (by - ay)) * scale;
  const vy = (cv * (bx - ax) - bv * (cx - ax)) * scale;
  const safe = within(texel, a, b, c, texture.width - 1.01, texture.height - 1.01);
  const maxU = (texture.width - 1) * 65536 - 1;
  const maxV = (texture.height - 1) * 65536 - 1;
  const asItIs = at === texel;
  const du = ux | 0;
  const dv = vx | 0;
  const longSlope = (cx - ax) / (cy - ay);
  const upperSlope = by - ay > EDGE ? (bx - ax) / (by - ay) : 0;
  const lowerSlope = cy - by > EDGE ? (cx - bx) / (cy - by) : 0;
  // Whether the long edge a–c lies left of b: then each row runs from it to one of the short edges.
  const longLeft = area > 0 ? 1 : 0;
  const baseU = au * 65536 - ax * ux - ay * uy;
  const baseV = av * 65536 - ax * vx - ay * vy;
  const words = texture.pixels;
  const pitch = texture.width;
  for (let y = firstRow; y <= lastRow; y++) {
    const row = y < ay ? ay : Math.min(y, cy);
    const long = ax + (row - ay) * longSlope;
    const short = row < by && by - ay > EDGE ? ax + (row - ay) * upperSlope : bx + (row - by) * lowerSlope;
    let first = Math.ceil((longLeft ? long : short) - EDGE) | 0;
    let last = Math.floor((longLeft ? short : long) + EDGE) | 0;
    if (first < 0) first = 0;
    if (last >= width) last = width - 1;
    if (first > last) continue;
    const out = (y * width + first) | 0;
    const end = (out + last - first) | 0;
    if (asItIs) {
      for (let k = out; k <= end; k++) pixels[k] = words[k]!;
      continue;
    }
    const u = baseU + first * ux + y * uy;
    const v = baseV + first * vx + y * vy;
    const reach = last - first;
    const inRange = safe || (holds(u, u + reach * ux, maxU) && holds(v, v + reach * vx, maxV));
    if (inRange) copySpan(pixels, out, end, words, pitch, u | 0, v | 0, du, dv);
    else clampSpan(pixels, out, end, texture, u, v, ux, vx);
    // What comes in from outside the texture shows its border, which may be see-through beside an opaque triangle.
    if (sheer || !inRange) underlay(pixels, out, end, behind.pixels);
  }
}

/** Whether a span's first and last texel position lie in 0..`most`. */
const holds = (first: number, last: number, most: number) => first >= 0 && first < most && last >= 0 && last < most;

/** Whether three texels lie inside a texture with a little room to spare, and so all between them. */
function within(texel: Float32Array, a: number, b: number, c: number, right: number, bottom: number): boolean {
  return inside(texel, a, right, bottom) && inside(texel, b, right, bottom) && inside(texel, c, right, bottom);
}

function inside(texel: Float32Array, k: number, right: number, bottom: number): boolean {
  const u = texel[2 * k]!;
  const v = texel[2 * k + 1]!;
  return u >= 0.01 && u < right && v >= 0.01 && v < bottom;
}

/** Lets `behind` show through words that are premultiplied by their alpha, and makes them opaque. */
function underlay(pixels: Int32Array, at: number, end: number, behind: Int32Array): void {
  for (; at <= end; at++) {
    const word = pixels[at]!;
    const alpha = word >>> 24;
    if (alpha === 255) continue;
    const under = behind[at]!;
    const rest = 256 - alpha - (alpha >> 7);
    const r = (word & 255) + (((under & 255) * rest) >> 8);
    const g = ((word >>> 8) & 255) + ((((under >>> 8) & 255) * rest) >> 8);
    const b = ((word >>> 16) & 255) + ((((under >>> 16) & 255) * rest) >> 8);
    pixels[at] = Math.min(r, 255) | (Math.min(g, 255) << 8) | (Math.min(b, 255) << 16) | 0xff000000;
  }
}

/** Fills words `at`..`end` with samples from 16.16 texel positions that all lie inside the texture. */
function copySpan(
  pixels: Int32Array,
  at: number,
  end: number,
  texels: Int32Array,
  stride: number,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  for (; at <= end; at++) {
    const from = (Math.imul(v >> 16, stride) + (u >> 16)) | 0;
    const fx = (u >>> 8) & 255;
    const fy = (v >>> 8) & 255;
    const both = (fx * fy) >> 8;
    const right = fx - both;
    const down = fy - both;
    const here = 256 - fx - down;
    const a = texels[from]!;
    const b = texels[from + 1]!;
    const c = texels[from + stride]!;
    const d = texels[from + stride + 1]!;
    const even =
      ((Math.imul(a & LOW, here) + Math.imul(b & LOW, right)) | 0) +
      ((Math.imul(c & LOW, down) + Math.imul(d & LOW, both) + ROUND) | 0);
    const odd =
      ((Math.imul((a >>> 8) & LOW, here) + Math.imul((b >>> 8) & LOW, right)) | 0) +
      ((Math.imul((c >>> 8) & LOW, down) + Math.imul((d >>> 8) & LOW, both) + ROUND) | 0);
    pixels[at] = ((even >>> 8) & LOW) | (odd & ~LOW);
    u = (u + du) | 0;
    v = (v + dv) | 0;
  }
}

/** The same for spans that leave the texture, whose border goes on for ever: `u`, `v` and their steps as 16.16 of any size. */
function clampSpan(
  pixels: Int32Array,
  at: number,
  end: number,
  texture: Surface,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const { width, height } = texture;
  const maxU = (width - 1) * 65536 - 1;
  const maxV = (height - 1) * 65536 - 1;
  const count = end - at + 1;
  const first = Math.max(0, entry(u, du, maxU), entry(v, dv, maxV));
  const last = Math.min(count, exit(u, du, maxU, count), exit(v, dv, maxV, count));
  for (let k = 0; k < count; k++) {
    if (k === first && last > first) {
      copySpan(
        pixels,
        at + first,
        at + last - 1,
        texture.pixels,
        width,
        (u + first * du) | 0,
        (v + first * dv) | 0,
        du | 0,
        dv | 0,
      );
      k = last - 1;
      continue;
    }
    const x = Math.min(maxU, Math.max(0, u + k * du)) | 0;
    const y = Math.min(maxV, Math.max(0, v + k * dv)) | 0;
    copySpan(pixels, at + k, at + k, texture.pixels, width, x, y, 0, 0);
  }
}

/** The first step at which `start + k · step` is safely inside 0..`max`. */
function entry(start: number, step: number, max: number): number {
  if (start >= 0 && start <= max) return 0;
  const steps = ((start < 0 ? 0 : max) - start) / step;
  return steps >= 0 && steps < Infinity ? Math.ceil(steps + 0.01) : Infinity;
}

/** The first step after that at which it is outside again, at most `count`. */
function exit(start: number, step: number, max: number, count: number): number {
  if (step === 0) return start >= 0 && start <= max ? count : 0;
  return Math.floor(((step > 0 ? max : 0) - start) / step - 0.01);
}
