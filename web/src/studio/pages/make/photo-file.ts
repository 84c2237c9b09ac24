import { OratorError } from '@orator/core/base/errors';

/** What the service reads as it is; what else a browser can show becomes a JPEG. */
const KEPT_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'];
/** A 4K clip shows no more, px of the long side. */
const LONGEST_SIDE = 4096;
/** More than this takes longer to send than to look at. */
const LARGE_BYTES = 12e6;
const MOST_BYTES = 200e6;
const QUALITY = 0.93;

/**
 * A picture as it will be sent: turned upright, no larger than a clip can show; the file itself where that is fine already.
 * @throws {OratorError} `upload/unsupported`, `image/too-large`, `image/unreadable`
 */
export async function readPhoto(file: File): Promise<File> {
  if (!file.type.startsWith('image/')) {
    throw new OratorError('upload/unsupported', `"${file.name}" is no picture. Use a photo: JPEG, PNG, WebP or AVIF.`);
  }
  if (file.size > MOST_BYTES) {
    throw new OratorError(
      'image/too-large',
      `"${file.name}" has ${Math.round(file.size / 1e6)} MB. Use a smaller one.`,
    );
  }
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new OratorError('image/unreadable', 'This browser cannot read the picture. Save it as JPEG or PNG.', {
      cause,
    });
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= LARGE_BYTES && KEPT_TYPES.includes(file.type)) {
    bitmap.close();
    return file;
  }
  return drawnAs(bitmap, file.name, scale);
}

/** What a source shows now as a picture file. */
export async function drawnAs(source: ImageBitmap | HTMLVideoElement, name: string, scale = 1): Promise<File> {
  const [width, height] =
    source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff'; // what is transparent would be black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  if (source instanceof ImageBitmap) source.close();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  return new File([blob], `${name.replace(/\.\w+$/, '')}.jpg`, { type: blob.type });
}
