import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

/** Where the studio lies on its server. */
const BASE = '/studio';
const MOVED = 'orator:moved';

/** A place in the studio: `/make`, and what stands behind the question mark. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

let last: { readonly href: string; readonly place: Place } | undefined;

/** Where we are. */
export const usePlace = (): Place => useSyncExternalStore(subscribe, here);

function here(): Place {
  if (last?.href !== location.href) {
    const path = location.pathname.slice(BASE.length).replace(/\/$/, '') || '/';
    last = { href: location.href, place: { path, query: new URLSearchParams(location.search) } };
  }
  return last.place;
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener('popstate', changed);
    removeEventListener(MOVED, changed);
  };
}

/** Goes to a place of the studio, such as `/library?clip=…`; `replace` leaves no way back to this one. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', BASE + to);
  else history.pushState(null, '', BASE + to);
  dispatchEvent(new Event(MOVED));
}

/** A link to a place of the studio. */
export function Link({ to, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly to: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={BASE + to} onClick={follow} />;
}
