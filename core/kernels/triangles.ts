// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
import { clampSpan, copySpan, underlay } from './spans';

const EDGE: f64 = 1e-4; // px: edges are inclusive, so neighbours overlap instead of leaving seams
const THIN: f64 = 0.25; // px²: twice the area under which texels are not told apart
const SLIVER: f64 = 1e-3; // px²: twice the area under which a triangle covers no pixel centre worth drawing

const ABSENT: u8 = 0;
const SHEER: u8 = 2;

// The picture that is drawn on, the textures, and the box of pixels drawn so far.
let surface: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
let texture: usize = 0;
let textureWidth: i32 = 0;
let textureHeight: i32 = 0;
let behind: usize = 0;
let at: usize = 0;
let texel: usize = 0;
let left: i32 = i32.MAX_VALUE;
let top: i32 = i32.MAX_VALUE;
let right: i32 = 0;
let bottom: i32 = 0;

function xOf(points: usize, k: i32): f64 {
  return <f64>load<f32>(points + ((<usize>k) << 3));
}

function yOf(points: usize, k: i32): f64 {
  return <f64>load<f32>(points + ((<usize>k) << 3), 4);
}

/**
 * Draws `count` triangles and adds what they cover to the four words at `bounds`: left, top, and right and bottom exclusive.
 * `still` is 0 where triangles whose vertices did not move are left out. All lie in this memory as `render/cpu/triangles.ts` says.
 */
export function drawTriangles(
  surface_: usize,
  width_: i32,
  height_: i32,
  texture_: usize,
  textureWidth_: i32,
  textureHeight_: i32,
  behind_: usize,
  still: usize,
  at_: usize,
  texel_: usize,
  moved: usize,
  indices: usize,
  kinds: usize,
  count: i32,
  bounds: usize,
): void {
  surface = surface_;
  width = width_;
  height = height_;
  texture = texture_;
  textureWidth = textureWidth_;
  textureHeight = textureHeight_;
  behind = behind_;
  at = at_;
  texel = texel_;
  left = top = i32.MAX_VALUE;
  right = bottom = 0;
  for (let k = 0; k < count; k++, indices += 6) {
    const kind = load<u8>(kinds + k);
    if (kind === ABSENT) continue;
    const a = <i32>load<u16>(indices);
    const b = <i32>load<u16>(indices, 2);
    const c = <i32>load<u16>(indices, 4);
    if ((load<u8>(moved + a) | load<u8>(moved + b) | load<u8>(moved + c)) !== 0)
      drawTriangle(a, b, c, kind === SHEER, 0);
    else if (still !== 0) drawTriangle(a, b, c, false, still);
  }
  store<i32>(bounds, left);
  store<i32>(bounds, top, 4);
  store<i32>(bounds, right, 8);
  store<i32>(bounds, bottom, 12);
}

/** Draws one triangle: sampled from the texture, or copied from the same place of `still` where that is given. */
function drawTriangle(a: i32, b: i32, c: i32, sheer: bool, still: usize): void {
  // Sorted by y: a above b above c.
  let swap = 0;
  if (yOf(at, b) < yOf(at, a)) {
    swap = a;
    a = b;
    b = swap;
  }
  if (yOf(at, c) < yOf(at, b)) {
    swap = b;
    b = c;
    c = swap;
    if (yOf(at, b) < yOf(at, a)) {
      swap = a;
      a = b;
      b = swap;
    }
  }
  const ax = xOf(at, a) - 0.5;
  const ay = yOf(at, a) - 0.5;
  const bx = xOf(at, b) - 0.5;
  const by = yOf(at, b) - 0.5;
  const cx = xOf(at, c) - 0.5;
  const cy = yOf(at, c) - 0.5;
  const firstRow = max(0, <i32>Math.ceil(ay - EDGE));
  const lastRow = min(height - 1, <i32>Math.floor(cy + EDGE));
  if (firstRow > lastRow) return;
  const least = min(min(ax, bx), cx);
  const most = max(max(ax, bx), cx);
  if (most < 0 || least > <f64>(width - 1)) return;
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (area > -SLIVER && area < SLIVER) return;
  left = min(left, max(0, <i32>Math.floor(least)));
  top = min(top, firstRow);
  right = max(right, min(width, <i32>Math.floor(most) + 2));
  bottom = max(bottom, lastRow + 1);

  const au = xOf(texel, a);
  const av = yOf(texel, a);
  const bu = xOf(texel, b) - au;
  const bv = yOf(texel, b) - av;
  const cu = xOf(texel, c) - au;
  const cv = yOf(texel, c) - av;
  // Slivers would throw their texels far out: they show the texel of one corner all over.
  const scale = area > -THIN && area < THIN ? 0 : 65536 / area;
  const ux = (bu * (cy - ay) - cu * (by - ay)) * scale;
  const uy = (cu * (bx - ax) - bu * (cx - ax)) * scale;
  const vx = (bv * (cy - ay) - cv * (by - ay)) * scale;
  const vy = (cv * (bx - ax) - bv * (cx - ax)) * scale;
  const baseU = au * 65536 - ax * ux - ay * uy;
  const baseV = av * 65536 - ax * vx - ay * vy;
  const du = <i32>ux;
  const dv = <i32>vx;
  const safe = inside(a) && inside(b) && inside(c);
  const maxU = <f64>(textureWidth - 1) * 65536 - 1;
  const maxV = <f64>(textureHeight - 1) * 65536 - 1;
  const pitch = (<usize>textureWidth) << 2;
  const longSlope = (cx - ax) / (cy - ay);
  const upper = by - ay > EDGE;
  const upperSlope = upper ? (bx - ax) / (by - ay) : 0;
  const lowerSlope = cy - by > EDGE ? (cx - bx) / (cy - by) : 0;
  // Whether the long edge a–c lies left of b: then each row runs from it to one of the short edges.
  const longLeft = area > 0;
  for (let y = firstRow; y <= lastRow; y++) {
    const row = max(ay, min(<f64>y, cy));
    const long = ax + (row - ay) * longSlope;
    const short = upper && row < by ? ax + (row - ay) * upperSlope : bx + (row - by) * lowerSlope;
    const first = max(0, <i32>Math.ceil((longLeft ? long : short) - EDGE));
    const last = min(width - 1, <i32>Math.floor((longLeft ? short : long) + EDGE));
    const count = last - first + 1;
    if (count <= 0) continue;
    const offset = (<usize>(y * width + first)) << 2;
    const to = surface + offset;
    if (still !== 0) {
      memory.copy(to, still + offset, (<usize>count) << 2);
      continue;
    }
    const u = baseU + first * ux + y * uy;
    const v = baseV + first * vx + y * vy;
    const reach = <f64>(last - first);
    const inRange = safe || (holds(u, u + reach * ux, maxU) && holds(v, v + reach * vx, maxV));
    if (inRange) copySpan(to, count, texture, pitch, <i32>u, <i32>v, du, dv);
    else clampSpan(to, count, texture, textureWidth, textureHeight, u, v, ux, vx);
    // What comes in from outside the texture shows its border, which may be see-through beside an opaque triangle.
    if (sheer || !inRange) underlay(to, count, behind + offset);
  }
}

/** Whether a span's first and last texel position lie in 0..`limit`. */
function holds(first: f64, last: f64, limit: f64): bool {
  return first >= 0 && first < limit && last >= 0 && last < limit;
}

/** Whether a vertex's texel lies inside the texture with a little room to spare. */
function inside(k: i32): bool {
  const u = xOf(texel, k);
  const v = yOf(texel, k);
  return u >= 0.01 && u < <f64>textureWidth - 1.01 && v >= 0.01 && v < <f64>textureHeight - 1.01;
}
