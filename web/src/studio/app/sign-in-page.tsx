import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { orator, queries, SIGN_IN } from '../service/orator.ts';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { useProblem } from '../ui/error-state.tsx';
import { Field, inputClass } from '../ui/field.tsx';

/** Asks for a key, once; the browser keeps a cookie that scripts cannot read, and the studio forgets the key. */
export function SignInPage() {
  const say = useText(SHARED);
  const [key, setKey] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => orator.signIn({ key }),
    onSuccess: (signedIn) => queries.setQueryData(SIGN_IN, signedIn),
  });
  const problem = useProblem(error);
  return (
    <Card className="mx-auto mt-[8vh] max-w-md p-6 sm:p-8">
      <title>{`${say('signIn')} · Orator`}</title>
      <span className="mb-4 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent">
        <KeyRound className="size-6" aria-hidden="true" />
      </span>
      <h1 className="mb-1 font-semibold text-2xl">{say('signIn')}</h1>
      <p className="mb-6 text-soft">{say('signIn.hint')}</p>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <Field label={say('signIn.key')} problem={problem?.title}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              autoComplete="current-password"
              spellCheck={false}
              required
              dir="ltr"
              className={inputClass}
              value={key}
              onChange={({ target }) => setKey(target.value)}
            />
          )}
        </Field>
        <Button type="submit" kind="primary" busy={isPending}>
          {say('signIn')}
        </Button>
      </form>
    </Card>
  );
}
