import type { Model } from '@orator/client/schemas';
import { ServiceError } from '@orator/client/service-error';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, Download, ShieldCheck, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { MODEL_WORDS } from '../../strings/models.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { FarewellDialog } from '../../ui/farewell-bar.tsx';
import { useMayAdmin } from './may-admin.ts';
import { ModelCommand } from './model-command.tsx';
import { PresenceMark } from './presence-mark.tsx';
import { PullDialog } from './pull-dialog.tsx';
import { PullView } from './pull-view.tsx';
import { isComing, lookAtModels } from './use-models.ts';

/** Weights: whether they are here, under which licence, and what an administrator can do with them. */
export function ModelCard({ model }: { readonly model: Model }) {
  const say = useText(MODEL_WORDS);
  const shared = useText(SHARED);
  const { bytes } = useFormats();
  const mayAdmin = useMayAdmin();
  const [asking, setAsking] = useState<'pull' | 'remove'>();
  const { name, title, engine, installed, path_ok, size_bytes, licence } = model;
  const verify = useMutation({ mutationFn: () => orator.verifyModel(name), onSettled: lookAtModels });
  const remove = useMutation({ mutationFn: () => orator.removeModel(name), onSettled: lookAtModels });
  const isCorrupt = verify.error instanceof ServiceError && verify.error.code === 'model/invalid';
  const state = installed ? (path_ok && !isCorrupt ? 'good' : 'bad') : 'away';
  const coming = isComing(model);
  const close = () => setAsking(undefined);
  const act = (what: typeof verify | typeof remove) => {
    verify.reset();
    remove.reset();
    what.mutate();
  };
  return (
    <Card className="flex min-w-0 items-start gap-4 p-5">
      <PresenceMark state={state} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <p className="font-medium" dir="auto">
          {title}
        </p>
        <p className="text-faint text-sm">
          <bdi>{name}</bdi> · {say('for', { engine })}
        </p>
        <p className={`text-sm ${state === 'bad' ? 'text-danger' : 'text-soft'}`}>
          {say(`model.${state}`)}
          {size_bytes !== null && (
            <>
              {' · '}
              <bdi>{bytes(size_bytes)}</bdi>
            </>
          )}
        </p>
        <p className="text-soft text-sm" dir="auto">
          {licence}
        </p>
        <div className="mt-2 flex flex-col gap-3">
          <PullView model={model} onAgain={mayAdmin ? () => setAsking('pull') : undefined} />
          {verify.data && installed && (
            <p role="status" className="flex items-start gap-2 text-good text-sm">
              <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
              {say('verified')}
            </p>
          )}
          {verify.error && installed && <ErrorState error={verify.error} />}
          {remove.error && <ErrorState error={remove.error} />}
          {mayAdmin && !coming && (
            <div className="flex flex-wrap gap-2">
              {!(installed && path_ok) && (
                <Button size="small" onClick={() => setAsking('pull')}>
                  <Download className="size-4" aria-hidden="true" />
                  {say('pull')}
                </Button>
              )}
              {installed && path_ok && (
                <Button size="small" busy={verify.isPending} onClick={() => act(verify)}>
                  {!verify.isPending && <ShieldCheck className="size-4" aria-hidden="true" />}
                  {say('verify')}
                </Button>
              )}
              {installed && (
                <Button kind="danger" size="small" busy={remove.isPending} onClick={() => setAsking('remove')}>
                  <Trash2 className="size-4" aria-hidden="true" />
                  {shared('delete')}
                </Button>
              )}
            </div>
          )}
          {mayAdmin === false && state !== 'good' && <ModelCommand command={`orator models pull ${name}`} />}
        </div>
      </div>
      {asking === 'pull' && <PullDialog model={model} onClose={close} />}
      {asking === 'remove' && (
        <FarewellDialog
          name={title}
          hint={say('remove.hint', { engine })}
          onClose={close}
          onDelete={() => {
            act(remove);
            close();
          }}
        />
      )}
    </Card>
  );
}
