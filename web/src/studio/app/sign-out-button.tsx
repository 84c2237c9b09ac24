import { useMutation, useQuery } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { orator, queries, SIGN_IN } from '../service/orator.ts';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';

/** Signs out, where one is signed in. */
export function SignOutButton({ className, wide }: { readonly className: string; readonly wide: boolean }) {
  const say = useText(SHARED);
  const { data } = useQuery({ queryKey: SIGN_IN, queryFn: ({ signal }) => orator.getSignIn({ signal }) });
  const { mutate } = useMutation({
    mutationFn: () => orator.signOut(),
    onSuccess: () => queries.resetQueries(), // nothing that was seen stays
  });
  if (!data?.keyNeeded || !data.scopes) return null;
  return (
    <button type="button" className={className} onClick={() => mutate()}>
      <LogOut className="size-5 shrink-0 rtl:-scale-x-100" aria-hidden="true" />
      <span className={wide ? '' : 'sr-only'}>{say('signOut')}</span>
    </button>
  );
}
