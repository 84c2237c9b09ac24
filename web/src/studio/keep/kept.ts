import { useCallback, useSyncExternalStore } from 'react';

/** Stands before every name: other pages of the service keep things here too. */
const PREFIX = 'orator.';
/** Who wants to know of changes, by the name of what is kept. */
const listeners = new Map<string, Set<() => void>>();
/** What was read, so that the same text is the same value. */
const known = new Map<string, { readonly text: string | null; readonly value: unknown }>();

/**
 * A value that survives a reload, in this browser, by its name: the same wherever it is asked for, in every tab. For small things that are
 * JSON; files are for `file-shelf.ts`.
 */
export function useKept<T>(name: string, otherwise: T): readonly [T, (value: T) => void] {
  const subscribe = useCallback((changed: () => void) => listen(name, changed), [name]);
  const value = useSyncExternalStore(subscribe, () => read(name, otherwise));
  const set = useCallback((next: T) => keep(name, next), [name]);
  return [value, set];
}

/** Keeps a value; undefined forgets it. */
export function keep(name: string, value: unknown): void {
  const text = value === undefined ? null : JSON.stringify(value);
  known.set(name, { text, value });
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    // full or forbidden: it lives as long as the page
  }
  for (const changed of listeners.get(name) ?? []) changed();
}

function read<T>(name: string, otherwise: T): T {
  const before = known.get(name);
  const text = stored(name) ?? before?.text ?? null;
  if (before && before.text === text) return (before.value ?? otherwise) as T;
  const value = parsed(text);
  known.set(name, { text, value });
  return (value ?? otherwise) as T;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // somebody else's
  }
}

function listen(name: string, changed: () => void): () => void {
  const all = listeners.get(name) ?? new Set();
  listeners.set(name, all.add(changed));
  const elsewhere = ({ key }: StorageEvent) => key === PREFIX + name && changed();
  addEventListener('storage', elsewhere);
  return () => {
    all.delete(changed);
    removeEventListener('storage', elsewhere);
  };
}
