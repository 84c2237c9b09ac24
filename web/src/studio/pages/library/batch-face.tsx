import type { Avatar } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { ImagePlus, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { useKeptFile } from '../../keep/kept-file.ts';
import { orator } from '../../service/orator.ts';
import { uploadOnce } from '../../service/uploads.ts';
import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import type { Batch } from './batch.ts';

/** The face that says all texts of a batch: an avatar, or a photo. */
export interface BatchFaceState {
  readonly avatars: readonly Avatar[];
  readonly avatar: string | null;
  readonly photo: File | null;
  readonly isThere: boolean;
  readonly chooseAvatar: (id: string | null) => void;
  readonly choosePhoto: (photo: File | null) => void;
  /** What the service is told of it; a photo is sent where it is not there yet. */
  readonly send: () => Promise<Batch['face']>;
}

/** What face was chosen; it survives a reload. */
export function useBatchFace(): BatchFaceState {
  const [kept, keepAvatar] = useKept<string | null>('library.batch.avatar', null);
  const [photo, keepPhoto] = useKeptFile('library.batch.photo');
  const { data } = useQuery({
    queryKey: ['listAvatars', 'portrait'],
    queryFn: ({ signal }) => orator.listAvatars({ model: 'portrait', limit: 100 }, { signal }),
  });
  const avatars = data?.avatars ?? [];
  const avatar = avatars.some(({ id }) => id === kept) ? kept : null; // it may have been deleted
  return {
    avatars,
    avatar,
    photo: photo ?? null,
    isThere: avatar !== null || Boolean(photo),
    chooseAvatar(id) {
      keepPhoto(null);
      keepAvatar(id);
    },
    choosePhoto(file) {
      keepAvatar(null);
      keepPhoto(file);
    },
    send: async () => (avatar ? { avatar } : { image: (await uploadOnce(photo!)).id }),
  };
}

/** Chooses the face of a batch. */
export function BatchFace({ face }: { readonly face: BatchFaceState }) {
  const say = useText(LIBRARY);
  const { avatars, avatar, photo, chooseAvatar, choosePhoto } = face;
  const url = usePictureUrl(photo);
  return (
    <Card className="p-5">
      <h2 className="mb-3 font-semibold text-lg">{say('batch.who')}</h2>
      <div className="flex flex-wrap gap-3">
        {avatars.length > 0 && (
          <fieldset className="contents">
            <legend className="sr-only">{say('batch.avatars')}</legend>
            {avatars.map(({ id, name, picture }) => (
              <label
                key={id}
                className="relative block w-28 cursor-pointer overflow-hidden rounded-2xl border-2 border-line bg-raised has-checked:border-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name="avatar"
                  className="sr-only"
                  checked={avatar === id}
                  onChange={() => chooseAvatar(id)}
                />
                <img src={picture} alt="" className="aspect-square w-full object-cover object-top" />
                <span className="block truncate px-2 py-1.5 text-center font-medium text-sm">{name}</span>
              </label>
            ))}
          </fieldset>
        )}
        {photo && url ? (
          <div className="relative w-28 overflow-hidden rounded-2xl border-2 border-accent bg-raised">
            <img src={url} alt={say('batch.photo')} className="aspect-square w-full object-cover object-top" />
            <span className="block truncate px-2 py-1.5 text-center font-medium text-sm">{photo.name}</span>
            <Button
              kind="plain"
              size="small"
              className="absolute inset-e-1 top-1 px-1.5"
              aria-label={say('batch.photo.remove')}
              onClick={() => choosePhoto(null)}
            >
              <X className="size-4" aria-hidden="true" />
            </Button>
          </div>
        ) : (
          <FileDrop
            label={say('batch.photo.drop')}
            accept="image/*"
            paste={false}
            onFiles={([file]) => choosePhoto(file!)}
            className={avatars.length > 0 ? 'w-28' : 'w-full'}
          >
            <span className="flex min-h-36 flex-col items-center justify-center gap-1.5 p-2 text-center text-sm">
              <ImagePlus className="size-7 text-accent" aria-hidden="true" strokeWidth={1.5} />
              {say('batch.photo.drop')}
            </span>
          </FileDrop>
        )}
      </div>
    </Card>
  );
}

/** An address of a picture that is here, for as long as it is shown. */
function usePictureUrl(file: File | null): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return file ? url : undefined;
}
