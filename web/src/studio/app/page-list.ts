import { Activity, Library, type LucideIcon, Radio, Sparkles, UsersRound } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { whenConnected } from '../service/connection.ts';

/** A page of the studio. Its code comes when it is first looked at, or pointed at. */
export interface StudioPage {
  /** Its place, and its name among the common texts as `page.<name>`. */
  readonly name: 'make' | 'live' | 'library' | 'avatars' | 'system';
  readonly icon: LucideIcon;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  readonly Page: LazyExoticComponent<ComponentType>;
}

/** Browsers remember that code could not be fetched, and do not try again: without a connection nothing is fetched. */
function page(name: StudioPage['name'], icon: LucideIcon, fetch: StudioPage['load']): StudioPage {
  const load = () => whenConnected().then(fetch);
  return { name, icon, load, Page: lazy(load) };
}

/** The pages in the order in which they are shown; the first one is where the studio opens. */
export const PAGES: readonly StudioPage[] = [
  page('make', Sparkles, () => import('../pages/make/make-page.tsx')),
  page('live', Radio, () => import('../pages/live/live-page.tsx')),
  page('library', Library, () => import('../pages/library/library-page.tsx')),
  page('avatars', UsersRound, () => import('../pages/avatars/avatars-page.tsx')),
  page('system', Activity, () => import('../pages/system/system-page.tsx')),
];

/** The page at a place; the first one where none is named, undefined where there is none. */
export const pageAt = (path: string): StudioPage | undefined =>
  path === '/' ? PAGES[0] : PAGES.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
