import type { ReactNode } from 'react';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { LookMenu } from './look-menu.tsx';
import { Link, usePlace } from './navigation.tsx';
import { PAGES, pageAt } from './page-list.ts';

/** What is around every page: a bar at the side, or at the bottom of a phone. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const say = useText(SHARED);
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#page"
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 font-medium text-accent-ink focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {say('skip')}
      </a>
      <header className="sticky top-0 z-20 flex items-center justify-between gap-2 border-line border-b bg-paper/90 px-4 py-2 backdrop-blur md:hidden">
        <Brand />
        <LookMenu />
      </header>
      <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-8 border-line border-e px-3 py-6 md:flex">
        <div className="px-2">
          <Brand />
        </div>
        <Navigation className="flex flex-col gap-1" item="flex-row justify-start gap-3 px-3 py-2.5 text-[0.95rem]" />
        <div className="mt-auto">
          <LookMenu wide />
        </div>
      </aside>
      <div className="flex min-w-0 grow flex-col">
        <ConnectionBanner />
        <main id="page" tabIndex={-1} className="grow px-4 pt-5 pb-28 outline-none sm:px-6 md:px-10 md:pt-8 md:pb-14">
          <div className="mx-auto max-w-[84rem]">{children}</div>
        </main>
      </div>
      <Navigation
        className="fixed inset-x-0 bottom-0 z-20 grid h-(--bar) grid-cols-5 border-line border-t bg-surface/95 px-1 pt-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] backdrop-blur md:hidden"
        item="flex-col gap-0.5 px-0.5 py-1.5 text-[0.7rem]"
      />
    </div>
  );
}

function Brand() {
  return (
    <Link to="/make" className="flex items-center gap-2.5 rounded-lg font-semibold text-lg tracking-tight">
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden="true">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <circle cx="16" cy="16" r="9" fill="none" strokeWidth="2.6" className="stroke-paper" />
        <path
          d="M11.2 17.6c1.5-1.5 3-1.9 4.8-1.2 1.8-.7 3.3-.3 4.8 1.2-1.5 2.4-3 3.5-4.8 3.5s-3.3-1.1-4.8-3.5z"
          className="fill-paper"
        />
      </svg>
      Orator
    </Link>
  );
}

function Navigation({ className, item }: { readonly className: string; readonly item: string }) {
  const say = useText(SHARED);
  const open = pageAt(usePlace().path);
  return (
    <nav aria-label={say('navigation')} className={className}>
      {PAGES.map(({ name, icon: Icon, load }) => (
        <Link
          key={name}
          to={`/${name}`}
          aria-current={open?.name === name ? 'page' : undefined}
          onPointerEnter={() => void load().catch(() => undefined)} // what fails is said when it is opened
          onFocus={() => void load().catch(() => undefined)}
          className={`flex items-center rounded-xl font-medium text-soft transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent ${item}`}
        >
          <Icon className="size-5 shrink-0" aria-hidden="true" />
          {say(`page.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
