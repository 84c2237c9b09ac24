import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { usePlace } from '../../app/navigation.tsx';
import { keepFile, keptFile } from '../../keep/file-shelf.ts';
import { useKept } from '../../keep/kept.ts';
import { orator } from '../../service/orator.ts';

/** The longest side that a photo is sent with, px: a session shows at most 1920 of the short one. */
const LONGEST_SIDE = 3840;
const SHELF = 'live.photo';

/** Whose face is to live. */
export type Face =
  | { readonly kind: 'photo'; readonly name: string; readonly file: File }
  | { readonly kind: 'avatar' | 'upload'; readonly name: string; readonly id: string };

/** A stored face, as it is kept and as addresses name it. */
type StoredFace = Exclude<Face, { kind: 'photo' }>;

/** A picture to look at of a face, and whether it moves. */
export interface FaceView {
  readonly src: string;
  readonly isVideo: boolean;
}

/** A photo that cannot be taken, with a code of the service's for it. */
export class UnreadablePhoto extends Error {
  readonly code = 'image/unreadable';
}

/** A photo as it is sent: made smaller where it is larger than anybody sees. @throws {UnreadablePhoto} for what is no picture. */
export async function readPhoto(file: File): Promise<File> {
  if (file.type.startsWith('video/')) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture)
    throw new UnreadablePhoto(`"${file.name}" is no picture that this browser can read. Try a JPEG or PNG.`);
  const share = LONGEST_SIDE / Math.max(picture.width, picture.height);
  if (share >= 1) return file;
  const canvas = new OffscreenCanvas(Math.round(picture.width * share), Math.round(picture.height * share));
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const small = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  return new File([small], file.name.replace(/\.\w+$/, '.jpg'), { type: small.type });
}

/** The face that was chosen, here or in the address (`?avatar=`, `?upload=`), and how to choose another; it survives a reload. */
export function useFace(): readonly [Face | undefined, (face: Face) => void] {
  const { query } = usePlace();
  const [stored, keepStored] = useKept<StoredFace | null>('live.face', null);
  const [photo, setPhoto] = useState<File | null>(null);
  useEffect(() => {
    void keptFile(SHELF).then((file) => setPhoto((now) => now ?? file));
  }, []);
  const avatar = query.get('avatar');
  const upload = query.get('upload');
  useEffect(() => {
    if (avatar) keepStored({ kind: 'avatar', id: avatar, name: '' });
    else if (upload) keepStored({ kind: 'upload', id: upload, name: '' });
  }, [avatar, upload, keepStored]);
  const face = useMemo<Face | undefined>(
    () => stored ?? (photo ? { kind: 'photo', name: photo.name, file: photo } : undefined),
    [stored, photo],
  );
  const choose = (next: Face) => {
    if (next.kind !== 'photo') return keepStored(next);
    setPhoto(next.file);
    keepStored(null);
    void keepFile(SHELF, next.file);
  };
  return [face, choose];
}

/** What there is to see of a face; undefined until it is known. */
export function useFaceView(face: Face | undefined): FaceView | undefined {
  const file = face?.kind === 'photo' ? face.file : undefined;
  const [photo, setPhoto] = useState<FaceView>();
  useEffect(() => {
    if (!file) return;
    const src = URL.createObjectURL(file);
    setPhoto({ src, isVideo: file.type.startsWith('video/') });
    return () => URL.revokeObjectURL(src);
  }, [file]);
  const upload = face?.kind === 'upload' ? face.id : undefined;
  const { data } = useQuery({
    queryKey: ['getAsset', upload],
    queryFn: ({ signal }) => orator.getAsset(upload!, { signal }),
    enabled: upload !== undefined,
  });
  if (face?.kind === 'avatar') return { src: `/api/v1/avatars/${encodeURIComponent(face.id)}/picture`, isVideo: false };
  if (face?.kind === 'upload') return data && { src: data.content, isVideo: data.type.startsWith('video/') };
  return file ? photo : undefined;
}
