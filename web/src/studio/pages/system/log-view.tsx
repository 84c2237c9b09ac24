import { ScrollText, Search } from 'lucide-react';
import { useState } from 'react';
import { go, usePlace } from '../../app/navigation.tsx';
import { useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { LogLines } from './log-lines.tsx';

/** As the service has them. */
const ID = /^[\w.-]{1,64}$/;

/** Finds what the log has under the id that stands below an error, or under that of a job. */
export function LogView() {
  const say = useText(SYSTEM);
  const id = usePlace().query.get('id') ?? '';
  const [typed, setTyped] = useState(id);
  const isWrong = typed !== '' && !ID.test(typed.trim());
  return (
    <div className="flex flex-col gap-5">
      <form
        className="flex max-w-3xl items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          go(`/system/log?id=${encodeURIComponent(typed.trim())}`, { replace: true });
        }}
      >
        <Field
          className="grow"
          label={say('log.search')}
          hint={say('log.search.hint')}
          problem={isWrong ? say('log.search.wrong') : undefined}
        >
          {(ids) => (
            <input
              {...ids}
              dir="ltr"
              type="search"
              required
              spellCheck={false}
              className={inputClass}
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          )}
        </Field>
        <Button type="submit" kind="primary" className="mt-7" disabled={!typed.trim() || isWrong}>
          <Search className="size-5" aria-hidden="true" />
          {say('log.find')}
        </Button>
      </form>
      {ID.test(id) ? (
        <Card className="p-5">
          <LogLines key={id} id={id} />
        </Card>
      ) : (
        <EmptyState icon={ScrollText} title={say('log.empty')} hint={say('log.empty.hint')} />
      )}
    </div>
  );
}
