import { useSyncExternalStore } from 'react';
import { queries } from './orator.ts';

/** So long somebody may change their mind. */
export const REGRET_SECONDS = 6;

/** Something that somebody wants deleted: no longer shown, and still there for some seconds. */
export interface Farewell {
  readonly id: string;
  readonly name: string;
  /** Why it could not be deleted. */
  readonly error?: Error;
}

/** How something is deleted, and what then has to be asked for again: the first words of query keys. */
interface Ending {
  readonly remove: () => Promise<unknown>;
  readonly stale: readonly string[];
}

let farewells: readonly Farewell[] = [];
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function change(next: readonly Farewell[]): void {
  farewells = next;
  for (const changed of listeners) changed();
}

const without = (id: string) => farewells.filter((farewell) => farewell.id !== id);

/** Deletes something in a while, unless it is called back. Whoever closes the page before keeps it. */
export function sayFarewell({ id, name }: Farewell, { remove, stale }: Ending): void {
  change([...without(id), { id, name }]);
  const end = async () => {
    timers.delete(id);
    try {
      await remove();
      await Promise.all(stale.map((key) => queries.invalidateQueries({ queryKey: [key] })));
      change(without(id));
    } catch (error) {
      change([...without(id), { id, name, error: error as Error }]);
    }
  };
  timers.set(
    id,
    setTimeout(() => void end(), REGRET_SECONDS * 1000),
  );
}

/** Keeps what was about to be deleted; also forgets that it could not be. */
export function callBack(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  change(without(id));
}

/** What is about to be deleted, or could not be. */
export const useFarewells = (): readonly Farewell[] =>
  useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => farewells,
  );

/** Things of a list that nobody wanted deleted. */
export function useRemaining<T extends { readonly id: string }>(all: readonly T[]): readonly T[] {
  const going = useFarewells();
  return all.filter(({ id }) => !going.some((farewell) => farewell.id === id && !farewell.error));
}
