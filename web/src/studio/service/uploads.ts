import type { Asset } from '@orator/client/schemas';
import { orator } from './orator.ts';

/** Files that are at the service already, or on their way. */
const sent = new WeakMap<File, Promise<Asset>>();

/** Uploads a file once, however often it is needed. */
export function uploadOnce(file: File): Promise<Asset> {
  const before = sent.get(file);
  if (before) return before;
  const sending = orator.upload(file);
  sent.set(file, sending);
  sending.catch(() => sent.delete(file));
  return sending;
}

/** What was uploaded is there no more: it will be sent again. */
export const forgetUpload = (file: File): boolean => sent.delete(file);
