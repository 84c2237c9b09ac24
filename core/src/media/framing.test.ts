import { describe, expect, test } from 'vitest';
import { frameFor } from './framing.ts';

const photo = { width: 3000, height: 2000 };
const small = { x: 2000, y: 800, iod: 100 };
const large = { x: 1500, y: 800, iod: 300 };

describe('framing', () => {
  test.each([
    ['512', 512],
    ['720p', 720],
    ['1080p', 1080],
    ['4k', 2160],
    ['source', 2000],
  ] as const)('size %s makes the short side %i', (size, short) => {
    const { width, height, crop } = frameFor(photo, large, { size, crop: 'full' });
    expect(height).toBe(short);
    expect(width / height).toBeCloseTo(1.5, 2);
    expect(crop).toEqual({ x: 0, y: 0, width: 3000, height: 2000 });
  });

  test('auto shows all of a picture that the face fills, and cuts out a small face with its shoulders', () => {
    expect(frameFor(photo, large, { size: '512', crop: 'auto' }).crop.width).toBe(3000);
    const { crop, width, height } = frameFor(photo, small, { size: '512', crop: 'auto' });
    expect(crop.height).toBe(620); // 6.2 eye distances
    expect(crop.width).toBeCloseTo(930, -1);
    expect((small.y - crop.y) / crop.height).toBeCloseTo(0.42, 1);
    expect((small.x - crop.x) / crop.width).toBeCloseTo(0.5, 2);
    expect([width, height]).toEqual([768, 512]);
  });

  test('auto keeps the shape of a phone picture within 4:5', () => {
    const { width, height } = frameFor(
      { width: 1080, height: 2400 },
      { x: 500, y: 700, iod: 60 },
      { size: '720p', crop: 'auto' },
    );
    expect([width, height]).toEqual([720, 900]);
  });

  test('square is square, and stays inside the picture beside its border', () => {
    for (const x of [0, 20, 1500, 2990]) {
      const { crop, width, height } = frameFor(photo, { x, y: 30, iod: 100 }, { size: '512', crop: 'square' });
      expect([width, height, crop.width, crop.height]).toEqual([512, 512, 620, 620]);
      expect(crop.y).toBe(0);
      expect(crop.x).toBeGreaterThanOrEqual(0);
      expect(crop.x + crop.width).toBeLessThanOrEqual(3000);
    }
  });

  test('every size is even, the crop is whole and inside, and the face is not squeezed', () => {
    for (let i = 0; i < 300; i++) {
      const picture = { width: 200 + ((i * 37) % 1500), height: 200 + ((i * 91) % 1300) };
      const face = { x: (i * 53) % picture.width, y: (i * 29) % picture.height, iod: 15 + ((i * 7) % 120) };
      const crop = (['auto', 'full', 'square'] as const)[i % 3]!;
      const framing = frameFor(picture, face, { size: i % 2 ? '512' : 'source', crop });
      const { width, height, scale, crop: cut } = framing;
      expect([width % 2, height % 2, cut.x % 1, cut.y % 1, cut.width % 1, cut.height % 1]).toEqual([0, 0, 0, 0, 0, 0]);
      expect(
        Math.min(cut.x, cut.y, picture.width - cut.x - cut.width, picture.height - cut.y - cut.height),
      ).toBeGreaterThanOrEqual(0);
      expect(Math.abs(cut.width * scale - width)).toBeLessThan(Math.max(1, scale));
      expect(Math.abs(cut.height * scale - height)).toBeLessThan(Math.max(1, scale));
    }
  });

  test('says when a face is enlarged until it looks soft, and when a side would be too long', () => {
    expect(frameFor(photo, { ...small, iod: 20 }, { size: '1080p', crop: 'square' }).warnings[0]).toContain(
      'enlarged 8.7 times',
    );
    const wide = frameFor({ width: 6000, height: 2000 }, large, { size: '4k', crop: 'full' });
    expect(wide.width).toBe(4096);
    expect(wide.warnings[0]).toContain('4096');
    expect(frameFor(photo, large, { size: '1080p', crop: 'auto' }).warnings).toEqual([]);
  });
});
