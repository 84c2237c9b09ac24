import { expect, test } from 'vitest';
import { SharedPicture } from './shared-picture.ts';

const size = { width: 33, height: 18 }; // no multiples of anything

test('a picture is encoded once for all who watch in the same format', async () => {
  const rgba = Uint8ClampedArray.from({ length: size.width * size.height * 4 }, (_, k) =>
    k % 4 === 3 ? 255 : k % 251,
  );
  const picture = new SharedPicture(rgba, size);
  const jpeg = { format: 'jpeg', quality: 80 } as const;
  expect(picture.encode(jpeg)).toBe(picture.encode(jpeg));
  expect(await picture.encode({ format: 'webp', quality: 80 })).not.toEqual(await picture.encode(jpeg));
});

test('one that comes as a JPEG is handed on as it is', async () => {
  const bytes = Uint8ClampedArray.of(0xff, 0xd8, 0xff, 0xd9);
  const format = { format: 'jpeg', quality: 80 } as const;
  const picture = SharedPicture.encoded(bytes, format, size);
  expect(picture).toMatchObject(size);
  expect(Array.from(await picture.encode(format))).toEqual(Array.from(bytes));
});
