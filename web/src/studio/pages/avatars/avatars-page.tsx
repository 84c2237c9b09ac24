import type { Avatar } from '@orator/client/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { PackageOpen, UserRoundPlus, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { go, Link, usePlace } from '../../app/navigation.tsx';
import { useRemaining } from '../../service/farewells.ts';
import { orator } from '../../service/orator.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { FarewellBar } from '../../ui/farewell-bar.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AvatarDialog } from './avatar-dialog.tsx';
import { AvatarJobs } from './avatar-jobs.tsx';
import { BuildDialog } from './build-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';

const PAGE = 48;
const GRID = 'grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 lg:grid-cols-4 xl:grid-cols-5';

/** The page Avatars: those that there are, those that are being built; `/avatars?avatar=<id>` opens one. */
export default function AvatarsPage() {
  const common = useText(SHARED);
  const say = useText(AVATARS);
  const [making, setMaking] = useState<'build' | 'import'>();
  return (
    <>
      <PageTitle title={common('page.avatars')} hint={say('hint')}>
        <Button onClick={() => setMaking('import')}>
          <PackageOpen className="size-5" aria-hidden="true" />
          {say('import.open')}
        </Button>
        <Button kind="primary" onClick={() => setMaking('build')}>
          <UserRoundPlus className="size-5" aria-hidden="true" />
          {say('build')}
        </Button>
      </PageTitle>
      <AvatarJobs />
      <Shelf onBuild={() => setMaking('build')} />
      {making === 'build' && <BuildDialog onClose={() => setMaking(undefined)} />}
      {making === 'import' && <ImportDialog onClose={() => setMaking(undefined)} />}
      <FarewellBar />
    </>
  );
}

function Shelf({ onBuild }: { readonly onBuild: () => void }) {
  const say = useText(AVATARS);
  const common = useText(SHARED);
  const open = usePlace().query.get('avatar');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['listAvatars', 'all'],
    queryFn: ({ pageParam, signal }) =>
      orator.listAvatars({ limit: PAGE, ...(pageParam && { after: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const avatars = useRemaining(data?.pages.flatMap((page) => page.avatars) ?? []);
  const opened = avatars.find(({ id }) => id === open);
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div role="status" aria-label={common('loading')} className={GRID}>
        {['a', 'b', 'c', 'd', 'e'].map((place) => (
          <Skeleton key={place} className="h-64 rounded-3xl" />
        ))}
      </div>
    );
  }
  if (avatars.length === 0) {
    return (
      <EmptyState icon={UsersRound} title={say('none')} hint={say('none.hint')}>
        <Button kind="primary" onClick={onBuild}>
          {say('build')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      <ul aria-label={common('page.avatars')} className={GRID}>
        {avatars.map((avatar) => (
          <li key={avatar.id} className="grid">
            <AvatarCard avatar={avatar} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {say('more')}
        </Button>
      )}
      {opened && <AvatarDialog avatar={opened} onClose={() => go('/avatars', { replace: true })} />}
    </div>
  );
}

function AvatarCard({ avatar: { id, name, model, picture, createdAt } }: { readonly avatar: Avatar }) {
  const say = useText(AVATARS);
  const { ago } = useFormats();
  return (
    <Link
      to={`/avatars?avatar=${id}`}
      className="flex flex-col overflow-hidden rounded-3xl border border-line bg-surface shadow-card transition-colors hover:border-accent"
    >
      <img src={picture} alt="" loading="lazy" className="aspect-square w-full bg-sunken object-cover object-top" />
      <span className="flex flex-col gap-0.5 p-3.5">
        <span className="truncate font-medium">
          <bdi>{name}</bdi>
        </span>
        <span className="text-faint text-sm">
          {say(`model.${model}`)} · <span className="whitespace-nowrap">{ago(createdAt)}</span>
        </span>
      </span>
    </Link>
  );
}
