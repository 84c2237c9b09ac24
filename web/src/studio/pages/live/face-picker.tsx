import { useQuery } from '@tanstack/react-query';
import { UserRound } from 'lucide-react';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { Face } from './live-face.ts';

const MOST = 60;

/** A face that the service has, to choose. */
interface Offer {
  readonly face: Extract<Face, { readonly id: string }>;
  readonly picture: string;
}

/** The faces that the service has: portrait avatars, and pictures that were uploaded. */
export function FacePicker({
  chosen,
  onChoose,
}: {
  readonly chosen: Face | undefined;
  readonly onChoose: (face: Face) => void;
}) {
  const say = useText(LIVE);
  const avatars = useQuery({
    queryKey: ['listAvatars', { model: 'portrait', limit: MOST }],
    queryFn: ({ signal }) => orator.listAvatars({ model: 'portrait', limit: MOST }, { signal }),
    select: ({ avatars: all }): readonly Offer[] =>
      all.map(({ id, name, picture }) => ({ face: { kind: 'avatar', id, name }, picture })),
  });
  const uploads = useQuery({
    queryKey: ['listAssets', { kind: 'upload', limit: MOST }],
    queryFn: ({ signal }) => orator.listAssets({ kind: 'upload', limit: MOST }, { signal }),
    select: ({ assets }): readonly Offer[] =>
      assets
        .filter(({ type }) => type.startsWith('image/'))
        .map(({ id, name, content }) => ({ face: { kind: 'upload', id, name }, picture: content })),
  });
  const error = avatars.error ?? uploads.error;
  if (error) {
    return <ErrorState error={error} onRetry={() => void Promise.all([avatars.refetch(), uploads.refetch()])} />;
  }
  if (!avatars.data || !uploads.data) return <Skeleton className="h-24" />;
  const offers = [...avatars.data, ...uploads.data];
  if (offers.length === 0) return <p className="text-faint text-sm">{say('faces.none')}</p>;
  return (
    <ul aria-label={say('faces')} className="flex gap-2.5 overflow-x-auto p-1">
      {offers.map(({ face, picture }) => (
        <li key={face.id} className="shrink-0">
          <button
            type="button"
            aria-pressed={chosen?.kind === face.kind && chosen.id === face.id}
            onClick={() => onChoose(face)}
            className="group flex w-20 flex-col gap-1 text-start"
          >
            <span className="relative grid aspect-square w-full place-items-center overflow-hidden rounded-2xl bg-sunken ring-line-strong ring-offset-2 ring-offset-surface transition-shadow group-hover:ring-2 group-aria-pressed:ring-2 group-aria-pressed:ring-accent">
              <UserRound className="size-6 text-faint" aria-hidden="true" />
              <img src={picture} alt="" loading="lazy" className="absolute inset-0 size-full object-cover" />
            </span>
            <span dir="auto" className="truncate text-xs">
              {face.name}
            </span>
            <span className="sr-only">{say(`kind.${face.kind}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
