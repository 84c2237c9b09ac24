import { describe, expect, test } from 'vitest';
import { KernelMemory } from '../../base/kernels/kernel-memory.ts';
import type { Rect } from '../../media/frame.ts';
import {
  createTriangleList,
  MeshPainter,
  type MeshPoints,
  OPAQUE,
  type Scene,
  SHEER,
  type TriangleList,
} from './mesh-painter.ts';
import { Bounds, type Surface } from './surface.ts';
import { createTexture, type Texture } from './texture.ts';

const EMPTY = 0x01020304;
const memory = new KernelMemory(4 << 20, 400);

/** Draws one list onto `out`, before what `behind` is and over the photo `still`, where they are given. */
function drawTriangles(
  out: Surface,
  texture: Texture,
  list: TriangleList,
  points: MeshPoints,
  { behind = out, still = out, fill = null }: Partial<Pick<Scene, 'behind' | 'still'>> & { fill?: Rect | null } = {},
): Bounds {
  const bounds = new Bounds();
  const painter = new MeshPainter(memory, out.width, out.height, list.kinds.length);
  painter.draw(out, { texture, points, behind, still }, [list], bounds, fill);
  return bounds;
}

function surface(width: number, height: number, word: (x: number, y: number) => number): Surface {
  const pixels = memory.words(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = word(x, y);
  return { width, height, pixels };
}
const grey = (value: number) => value | (value << 8) | (value << 16) | 0xff000000;
const soft = (x: number, y: number) =>
  Math.round(128 + 60 * Math.sin(x / 3) * Math.cos(y / 4)) |
  (Math.round(128 + 70 * Math.cos(x / 4 + y / 5)) << 8) |
  (90 << 16) |
  (255 << 24);

function plain(width: number, height: number): Texture {
  return { ...surface(width, height, soft), density: 1, left: 0.5, top: 0.5 };
}
const points = (at: readonly number[], texel: readonly number[], moved = 1): MeshPoints => {
  const mesh = {
    at: memory.floats(at.length),
    texel: memory.floats(texel.length),
    moved: memory.bytes(at.length / 2).fill(moved),
  };
  mesh.at.set(at);
  mesh.texel.set(texel);
  return mesh;
};

const listOf = (indices: readonly number[], kind = OPAQUE): TriangleList => {
  const list = createTriangleList(memory, Uint16Array.from(indices));
  list.kinds.fill(kind);
  return list;
};

/** The same sample in floating point. */
function reference(texture: Texture, u: number, v: number, channel: number): number {
  const clamp = (value: number, high: number) => Math.min(high, Math.max(0, value));
  const byte = (x: number, y: number) =>
    (texture.pixels[clamp(y, texture.height - 1) * texture.width + clamp(x, texture.width - 1)]! >>> (8 * channel)) &
    255;
  const [x, y] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - x, v - y];
  return (
    (byte(x, y) * (1 - fx) + byte(x + 1, y) * fx) * (1 - fy) +
    (byte(x, y + 1) * (1 - fx) + byte(x + 1, y + 1) * fx) * fy
  );
}

describe('triangles', () => {
  test('sample within one level of bilinear in floating point', () => {
    const texture = plain(64, 64);
    const out = surface(48, 48, () => EMPTY);
    const at = [3.2, 2.7, 44.1, 8.3, 9.6, 45.9];
    const texel = [5.1, 3.4, 58.2, 11.7, 8.8, 60.3];
    drawTriangles(out, texture, listOf([0, 1, 2]), points(at, texel));
    const area = (at[2]! - at[0]!) * (at[5]! - at[1]!) - (at[4]! - at[0]!) * (at[3]! - at[1]!);
    let drawn = 0;
    for (let y = 0; y < 48; y++) {
      for (let x = 0; x < 48; x++) {
        const [px, py] = [x + 0.5 - at[0]!, y + 0.5 - at[1]!];
        const b = (px * (at[5]! - at[1]!) - (at[4]! - at[0]!) * py) / area;
        const c = ((at[2]! - at[0]!) * py - px * (at[3]! - at[1]!)) / area;
        const word = out.pixels[y * 48 + x]!;
        if (b < 0 || c < 0 || b + c > 1) {
          if (b < -0.01 || c < -0.01 || b + c > 1.01) expect(word).toBe(EMPTY);
          continue;
        }
        drawn++;
        const u = texel[0]! + b * (texel[2]! - texel[0]!) + c * (texel[4]! - texel[0]!);
        const v = texel[1]! + b * (texel[3]! - texel[1]!) + c * (texel[5]! - texel[1]!);
        for (const channel of [0, 1, 2]) {
          expect(Math.abs(((word >>> (8 * channel)) & 255) - reference(texture, u, v, channel))).toBeLessThanOrEqual(1);
        }
      }
    }
    expect(drawn).toBeGreaterThan(700);
  });

  test('leave no pixel unwritten between neighbours, whatever their shape', () => {
    const texture = plain(64, 64);
    const out = surface(60, 60, () => EMPTY);
    const at: number[] = [];
    const texel: number[] = [];
    const triangles: number[] = [];
    for (let j = 0; j < 9; j++) {
      for (let i = 0; i < 9; i++) {
        const inner = i > 0 && i < 8 && j > 0 && j < 8;
        at.push(
          i * 7.5 + (inner ? 2.9 * Math.sin(i * 7 + j * 3) : 0),
          j * 7.5 + (inner ? 2.9 * Math.cos(i * 5 + j) : 0),
        );
        texel.push(i * 7, j * 7);
        if (i < 8 && j < 8)
          triangles.push(j * 9 + i, j * 9 + i + 1, j * 9 + i + 9, j * 9 + i + 1, j * 9 + i + 10, j * 9 + i + 9);
      }
    }
    const bounds = drawTriangles(out, texture, listOf(triangles), points(at, texel));
    expect(out.pixels.filter((word) => word === EMPTY)).toHaveLength(0);
    expect(bounds.within(60, 60)).toEqual({ x: 0, y: 0, width: 60, height: 60 });
  });

  test('continue the border outside the texture', () => {
    const texture: Texture = { ...surface(8, 8, (x) => grey(x * 20)), density: 1, left: 0.5, top: 0.5 };
    const out = surface(40, 4, () => EMPTY);
    const shape = points([-40, -5, 80, -5, -40, 20, 80, 20], [-50, -5, 70, -5, -50, 20, 70, 20]);
    drawTriangles(out, texture, listOf([0, 1, 2, 1, 3, 2]), shape);
    const row = Array.from(out.pixels.subarray(40, 80), (word) => word & 255);
    expect(row[0]).toBe(0);
    expect(row[39]).toBeGreaterThanOrEqual(139);
    expect(row.every((value, k) => k === 0 || value >= row[k - 1]!)).toBe(true);
    expect(row[13]).toBeCloseTo(70, -0.5); // texel 3.5 lies between 60 and 80
  });

  test('that are sheer show what is behind by their alpha', () => {
    const half = 64 | (32 << 8) | (0 << 16) | (128 << 24); // premultiplied
    const texture: Texture = { ...surface(16, 16, (x) => (x < 8 ? half : 0)), density: 1, left: 0.5, top: 0.5 };
    const behind = surface(16, 16, () => grey(100));
    const out = surface(16, 16, () => EMPTY);
    const shape = points([0, 0, 16, 0, 0, 16, 16, 16], [0, 0, 16, 0, 0, 16, 16, 16]);
    drawTriangles(out, texture, listOf([0, 1, 2, 1, 3, 2], SHEER), shape, { behind });
    const bytes = new Uint8Array(out.pixels.buffer, out.pixels.byteOffset, out.pixels.byteLength);
    for (const [channel, value] of [114, 82, 50, 255].entries()) {
      expect(Math.abs(bytes[(3 * 16 + 3) * 4 + channel]! - value)).toBeLessThanOrEqual(1);
    }
    expect(Array.from(bytes.subarray((3 * 16 + 12) * 4, (3 * 16 + 12) * 4 + 4))).toEqual([100, 100, 100, 255]);
  });

  test('of still vertices are left out', () => {
    const out = surface(20, 20, () => EMPTY);
    const shape = points([0, 0, 20, 0, 0, 20], [0, 0, 20, 0, 0, 20], 0);
    const bounds = drawTriangles(out, plain(32, 32), listOf([0, 1, 2]), shape);
    expect(out.pixels.every((word) => word === EMPTY)).toBe(true);
    expect(bounds.empty).toBe(true);
  });
});

test('where a box is filled, still triangles show the photo and uncovered pixels what is behind', () => {
  const out = surface(40, 40, () => EMPTY);
  const still = surface(40, 40, soft);
  const behind = surface(40, 40, () => grey(9));
  const shape = points([0, 0, 20, 0, 0, 20], [0, 0, 20, 0, 0, 20], 0);
  const fill = { x: 0, y: 0, width: 30, height: 18 };
  drawTriangles(out, plain(32, 32), listOf([0, 1, 2]), shape, { behind, still, fill });
  expect(out.pixels[5 * 40 + 5]).toBe(still.pixels[5 * 40 + 5]);
  expect(out.pixels[17 * 40 + 17]).toBe(grey(9));
  expect(out.pixels[17 * 40 + 29]).toBe(grey(9));
  expect(out.pixels[17 * 40 + 30]).toBe(EMPTY);
  expect(out.pixels[18 * 40 + 10]).toBe(EMPTY);
});

test('a triangle drawn later lies over those before it, in every band of rows', () => {
  const texture: Texture = { ...surface(8, 8, (x) => grey(x < 4 ? 50 : 200)), density: 1, left: 0.5, top: 0.5 };
  const out = surface(70, 70, () => EMPTY);
  const shape = points([0, 0, 70, 0, 0, 70, 5, 5, 60, 5, 5, 60], [1, 1, 1, 1, 1, 1, 6, 6, 6, 6, 6, 6]);
  drawTriangles(out, texture, listOf([0, 1, 2, 3, 4, 5]), shape);
  for (let k = 6; k < 32; k += 5) expect(out.pixels[k * 70 + k]).toBe(grey(200));
  expect(out.pixels[2 * 70 + 2]).toBe(grey(50));
});

describe('a dense texture', () => {
  test('holds every pixel of the picture and smooth ones between', () => {
    const picture = surface(20, 16, soft);
    const texture = createTexture(picture, { x: 3, y: 2, width: 10, height: 9 }, 2, memory);
    expect(texture.width).toBe(20);
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 10; x++) {
        expect(texture.pixels[2 * y * 20 + 2 * x]).toBe(picture.pixels[(y + 2) * 20 + x + 3]);
      }
    }
    const between = texture.pixels[2 * 4 * 20 + 2 * 5 + 1]! & 255;
    const exact = 128 + 60 * Math.sin(8.5 / 3) * Math.cos(6 / 4);
    expect(Math.abs(between - exact)).toBeLessThan(1.5);
  });

  test.each([1, 1.16, 1.5, 2])('of %d texels per pixel keeps a flat colour and its place', (density) => {
    const texture = createTexture(
      surface(8, 8, () => grey(77)),
      { x: 1, y: 2, width: 6, height: 5 },
      density,
      memory,
    );
    expect(texture.pixels.every((word) => word === grey(77))).toBe(true);
    expect([texture.density, texture.left, texture.top]).toEqual([density, 1.5, 2.5]);
  });
});

test('a texture of one texel per pixel is the picture', () => {
  const picture = surface(20, 16, soft);
  const texture = createTexture(picture, { x: 3, y: 2, width: 10, height: 9 }, 1, memory);
  expect(texture.pixels[4 * 10 + 5]).toBe(picture.pixels[6 * 20 + 8]);
  expect([texture.width, texture.density, texture.left, texture.top]).toEqual([10, 1, 3.5, 2.5]);
});
