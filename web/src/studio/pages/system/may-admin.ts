import { useQuery } from '@tanstack/react-query';
import { orator, SIGN_IN } from '../../service/orator.ts';

/** Whether this caller may see what only administrators see; undefined until it is known. */
export function useMayAdmin(): boolean | undefined {
  const { data } = useQuery({ queryKey: SIGN_IN, queryFn: ({ signal }) => orator.getSignIn({ signal }) });
  return data && (data.scopes?.includes('admin') ?? false);
}
