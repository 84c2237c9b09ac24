import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** Asked now and then while all is well, so that a lost service is noticed before somebody wants something of it. */
const CALM_MS = 10_000;
const LOST_MS = 1500;
const PATIENCE_MS = 4000;
const PROBE = '/api/v1/live';

let timer: ReturnType<typeof setTimeout> | undefined;
let checking = false;

/** Watches whether the service answers, for as long as the page lives. What waits for a connection goes on when it is back. */
export function watchConnection(): void {
  onlineManager.setEventListener(() => {
    addEventListener('online', checkConnection);
    addEventListener('offline', checkConnection);
    document.addEventListener('visibilitychange', () => document.hidden || checkConnection());
    checkConnection();
    return undefined;
  });
}

/** Looks at once. */
export function checkConnection(): void {
  clearTimeout(timer);
  if (checking) return;
  checking = true;
  void answers().then((isThere) => {
    checking = false;
    onlineManager.setOnline(isThere);
    if (!document.hidden || !isThere) timer = setTimeout(checkConnection, isThere ? CALM_MS : LOST_MS);
  });
}

const answers = () =>
  fetch(PROBE, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Whether the service can be reached. */
export const useConnected = (): boolean =>
  useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );

/** Resolves as soon as the service can be reached. */
export async function whenConnected(): Promise<void> {
  if (onlineManager.isOnline()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = onlineManager.subscribe((isThere) => isThere && resolve());
  await promise;
  stop();
}
