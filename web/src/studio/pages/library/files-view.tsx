import { useInfiniteQuery } from '@tanstack/react-query';
import { FolderOpen, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { go, Link, usePlace } from '../../app/navigation.tsx';
import { useRemaining } from '../../service/farewells.ts';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { inputClass } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { FileCard } from './file-card.tsx';
import { FileDialog } from './file-dialog.tsx';
import { FILTERS, type Filter } from './file-words.ts';

/** So many files are read at once: some rows of the widest screen. */
const PAGE = 36;
/** After so long without a key the words are looked for. */
const PAUSE_MS = 300;

/** All files, newest first: what to look for stands in the address, and so does the one that is open. */
export function FilesView() {
  const say = useText(LIBRARY);
  const { query } = usePlace();
  const wanted = query.get('show');
  const filter: Filter = wanted !== null && wanted in FILTERS ? (wanted as Filter) : 'all';
  const search = query.get('search') ?? '';
  const open = query.get('clip');
  const place = (change: Readonly<Record<string, string | null>>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(change)) value ? next.set(name, value) : next.delete(name);
    return `/library${next.size > 0 ? `?${next}` : ''}`;
  };
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <SearchBox words={search} onWords={(words) => go(place({ search: words }), { replace: true })} />
        <Choice
          label={say('filter')}
          value={filter}
          options={(Object.keys(FILTERS) as Filter[]).map((value) => ({ value, label: say(`filter.${value}`) }))}
          onChange={(show) => go(place({ show: show === 'all' ? null : show }), { replace: true })}
        />
      </div>
      <Files filter={filter} search={search} toFile={(id) => place({ clip: id })} />
      {open && <FileDialog key={open} id={open} onClose={() => go(place({ clip: null }), { replace: true })} />}
    </div>
  );
}

function SearchBox({ words, onWords }: { readonly words: string; readonly onWords: (words: string) => void }) {
  const say = useText(LIBRARY);
  const [typed, setTyped] = useState(words);
  useEffect(() => {
    if (typed.trim() === words) return;
    const timer = setTimeout(() => onWords(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="relative min-w-56 grow sm:max-w-md">
      <Search
        className="pointer-events-none absolute inset-s-3.5 top-1/2 size-4.5 -translate-y-1/2 text-faint"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label={say('search')}
        placeholder={say('search.hint')}
        className={`${inputClass} ps-10.5`}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  );
}

const GRID = 'grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 lg:grid-cols-4 xl:grid-cols-5';

function Files({ filter, search, toFile }: { filter: Filter; search: string; toFile: (id: string) => string }) {
  const say = useText(LIBRARY);
  const shared = useText(SHARED);
  const asked = useDeferredValue(search);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['listAssets', filter, asked],
    queryFn: ({ pageParam, signal }) =>
      orator.listAssets(
        { ...FILTERS[filter], limit: PAGE, ...(asked && { search: asked }), ...(pageParam && { after: pageParam }) },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const files = useRemaining(data?.pages.flatMap(({ assets }) => assets) ?? []);
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div role="status" aria-label={shared('loading')} className={GRID}>
        {Array.from({ length: 10 }, (_, place) => place).map((place) => (
          <Skeleton key={place} className="h-64 rounded-3xl" />
        ))}
      </div>
    );
  }
  if (files.length === 0 && (search || filter !== 'all')) {
    return <EmptyState icon={SearchX} title={say('none.found')} hint={say('none.found.hint')} />;
  }
  if (files.length === 0) {
    return (
      <EmptyState icon={FolderOpen} title={say('none')} hint={say('none.hint')}>
        <Link to="/make" className={buttonClass('primary')}>
          {say('none.make')}
        </Link>
      </EmptyState>
    );
  }
  return (
    <>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      <ul aria-label={say('files')} className={GRID}>
        {files.map((file) => (
          <li key={file.id} className="grid">
            <FileCard file={file} to={toFile(file.id)} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {say('more')}
        </Button>
      )}
    </>
  );
}
