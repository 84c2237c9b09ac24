import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { watchConnection } from '../service/connection.ts';
import { orator, queries, SIGN_IN } from '../service/orator.ts';
import { LanguageProvider } from '../strings/language.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { PageSkeleton } from '../ui/skeleton.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { OpenPage } from './open-page.tsx';
import { Shell } from './shell.tsx';
import { SignInPage } from './sign-in-page.tsx';

watchConnection();

/** The studio. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <ToastProvider>
          <Shell>
            <Inside />
          </Shell>
        </ToastProvider>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

/** The page, once it is known that it may be seen. */
function Inside() {
  const { data, error, refetch } = useQuery({
    queryKey: SIGN_IN,
    queryFn: ({ signal }) => orator.getSignIn({ signal }),
  });
  if (data) return data.keyNeeded && data.scopes === null ? <SignInPage /> : <OpenPage />;
  return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <PageSkeleton />;
}
