import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Fitted } from './stage.tsx';

/** The avatar that will speak. */
export function AvatarView({ avatar, onRemove }: { readonly avatar: string; readonly onRemove: () => void }) {
  const say = useText(MAKE);
  const { data, error } = useQuery({
    queryKey: ['getAvatar', avatar],
    queryFn: ({ signal }) => orator.getAvatar(avatar, { signal }),
  });
  return (
    <>
      {error ? (
        <div className="p-6">
          <ErrorState error={error} />
        </div>
      ) : data ? (
        <Fitted width={data.width} height={data.height}>
          <img
            src={data.picture}
            alt={say('avatar.alt', { name: data.name })}
            className="absolute inset-0 size-full object-contain"
          />
        </Fitted>
      ) : (
        <Skeleton className="size-full" />
      )}
      <div className="absolute inset-x-0 top-0 flex justify-end p-3">
        <Button size="small" onClick={onRemove}>
          <RefreshCw className="size-4" aria-hidden="true" />
          {say('avatar.remove')}
        </Button>
      </div>
    </>
  );
}
