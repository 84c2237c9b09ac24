import { Compass } from 'lucide-react';
import { Component, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { PageSkeleton } from '../ui/skeleton.tsx';
import { Link, usePlace } from './navigation.tsx';
import { pageAt } from './page-list.ts';

/** The page of the place where we are. */
export function OpenPage() {
  const say = useText(SHARED);
  const page = pageAt(usePlace().path);
  const name = page ? say(`page.${page.name}`) : say('missing.title');
  useFocusOnChange(page?.name);
  if (!page) {
    return (
      <EmptyState icon={Compass} title={name} hint={say('missing.hint')}>
        <Link to="/make" className="font-medium text-accent underline underline-offset-4">
          {say('missing.back')}
        </Link>
      </EmptyState>
    );
  }
  return (
    <Fence key={page.name}>
      <title>{`${name} · Orator`}</title>
      <Suspense fallback={<PageSkeleton />}>
        <page.Page />
      </Suspense>
    </Fence>
  );
}

/** Who moves on by keyboard or ear begins at the top of the new page; not where the studio was just opened. */
function useFocusOnChange(name: string | undefined): void {
  const before = useRef(name);
  useEffect(() => {
    if (before.current !== name) document.getElementById('page')?.focus();
    before.current = name;
  }, [name]);
}

/** Keeps what fails in one page from taking the others along. */
class Fence extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    // A page whose code is gone was replaced by a newer one: only loading everything anew helps.
    return error ? <ErrorState error={error} onRetry={() => location.reload()} /> : this.props.children;
  }
}
