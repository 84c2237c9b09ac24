import type { Model } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { Download, TriangleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { MODEL_WORDS } from '../../strings/models.ts';
import { Button } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { hostOf } from './pull-view.tsx';
import { lookAtModels } from './use-models.ts';

/** Says what fetching weights means, has the licence accepted where that is asked for, and begins. */
export function PullDialog({ model, onClose }: { readonly model: Model; readonly onClose: () => void }) {
  const say = useText(MODEL_WORDS);
  const { bytes } = useFormats();
  const [accepted, setAccepted] = useState(model.licence_accepted);
  const [from, setFrom] = useState('');
  const { name, title, file, size_bytes, sources, fits, licence } = model;
  const address = from.trim();
  const isWrong = address !== '' && !/^https?:\/\/\S+$/.test(address);
  const pull = useMutation({
    mutationFn: () =>
      orator.pullModel(name, { accept_licence: accepted, ...(address === '' ? {} : { from: address }) }),
    onSuccess: () => lookAtModels().then(onClose),
  });
  const begin = (event: FormEvent) => {
    event.preventDefault();
    pull.mutate();
  };
  const addressField = (
    <Field
      label={say('from')}
      hint={say(sources.length > 0 ? 'from.hint' : 'from.needed')}
      problem={isWrong ? say('from.wrong') : undefined}
    >
      {(ids) => (
        <input
          {...ids}
          dir="ltr"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          placeholder={`https://…/${file}`}
          className={inputClass}
          value={from}
          onChange={({ target }) => setFrom(target.value)}
        />
      )}
    </Field>
  );
  return (
    <Dialog title={say('pull.title')} hint={title} open onClose={onClose}>
      <form onSubmit={begin} className="flex flex-col gap-5">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
          <dt className="text-faint">{say('file')}</dt>
          <dd>
            <bdi>{file}</bdi> · <bdi>{size_bytes === null ? say('size.unknown') : bytes(size_bytes)}</bdi>
          </dd>
          {sources.length > 0 && (
            <>
              <dt className="text-faint">{say('source')}</dt>
              <dd dir="ltr" className="rtl:text-end">
                {[...new Set(sources.map(hostOf))].join(', ')}
              </dd>
            </>
          )}
        </dl>
        {!fits && (
          <p className="flex gap-2.5 rounded-2xl bg-warn-soft p-4 text-sm text-warn">
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            {say('room')}
          </p>
        )}
        <section aria-label={say('licence')} className="flex flex-col gap-3 rounded-2xl bg-sunken p-4">
          <h3 className="font-semibold text-sm">{say('licence')}</h3>
          <p className="text-sm" dir="auto">
            {licence}
          </p>
          {!model.licence_accepted && <Switch label={say('accept')} checked={accepted} onChange={setAccepted} />}
        </section>
        {sources.length > 0 ? <Details title={say('from.open')}>{addressField}</Details> : addressField}
        {pull.error && <ErrorState error={pull.error} />}
        <Button
          kind="primary"
          type="submit"
          busy={pull.isPending}
          disabled={!accepted || isWrong || (sources.length === 0 && address === '')}
        >
          {!pull.isPending && <Download className="size-5" aria-hidden="true" />}
          {say('pull')}
        </Button>
      </form>
    </Dialog>
  );
}
