import { OratorClient } from '@orator/client/client';
import { ServiceError } from '@orator/client/service-error';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { checkConnection } from './connection.ts';

/** The service that gave out this page. The cookie of the sign-in goes along by itself. */
export const orator = new OratorClient({ retries: 1 });

/** The keys of what is asked for: the first word is the operation, so that a change makes all of it stale at once. */
export const SIGN_IN = ['getSignIn'] as const;

/** Everything that was asked of the service. What fails for lack of a connection waits until there is one again. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: hear }),
  mutationCache: new MutationCache({ onError: hear }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 3 && isLost(error),
    },
  },
});

/** Whether the service could not be reached at all. */
export const isLost = (error: unknown): boolean => error instanceof ServiceError && error.code === 'network';

/** What a failure says of the connection and of the sign-in. */
function hear(error: unknown): void {
  if (isLost(error)) checkConnection();
  if (error instanceof ServiceError && error.status === 401) void queries.invalidateQueries({ queryKey: SIGN_IN });
}
