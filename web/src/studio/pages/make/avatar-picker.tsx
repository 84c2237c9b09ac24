import { useQuery } from '@tanstack/react-query';
import { UsersRound } from 'lucide-react';
import { useState } from 'react';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Chooses an avatar that is drawn from a photo, in place of a photo; not there where there is none. */
export function AvatarPicker({ onAvatar }: { readonly onAvatar: (avatar: string) => void }) {
  const say = useText(MAKE);
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: ['listAvatars', 'portrait'],
    queryFn: ({ signal }) => orator.listAvatars({ model: 'portrait' }, { signal }),
  });
  if (!data || data.avatars.length === 0) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        <UsersRound className="size-4" aria-hidden="true" />
        {say('photo.avatar')}
      </Button>
      {open && (
        <Dialog title={say('photo.avatar')} open onClose={() => setOpen(false)}>
          <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            {data.avatars.map(({ id, name, picture }) => (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => onAvatar(id)}
                  className="w-full overflow-hidden rounded-2xl border border-line bg-raised text-start transition-colors hover:border-accent"
                >
                  <img src={picture} alt="" loading="lazy" className="aspect-square w-full bg-stage object-cover" />
                  <span className="block truncate px-3 py-2 font-medium text-sm" dir="auto">
                    {name}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
