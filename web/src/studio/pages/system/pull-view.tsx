import type { Model } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { CirclePause } from 'lucide-react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { MODEL_WORDS } from '../../strings/models.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useMayAdmin } from './may-admin.ts';
import { isComing, lookAtModels } from './use-models.ts';

/** How far the pull of weights is, or why it ended without them; nothing where there is none to speak of. */
export function PullView({ model, onAgain }: { readonly model: Model; readonly onAgain: (() => void) | undefined }) {
  const say = useText(MODEL_WORDS);
  const { bytes } = useFormats();
  const { pull, path_ok } = model;
  if (isComing(model)) return <Coming name={model.name} pull={pull!} />;
  if (pull?.state !== 'failed' || path_ok) return null;
  if (pull.code === 'cancelled') {
    return (
      <p role="status" className="flex items-start gap-2 text-soft text-sm">
        <CirclePause className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
        {say('stopped', { size: bytes(pull.bytes) })}
      </p>
    );
  }
  const failure = { code: pull.code ?? 'internal', message: pull.message ?? '' };
  return <ErrorState error={failure} {...(onAgain ? { onRetry: onAgain } : {})} />;
}

function Coming({ name, pull }: { readonly name: string; readonly pull: NonNullable<Model['pull']> }) {
  const say = useText(MODEL_WORDS);
  const shared = useText(SHARED);
  const { bytes } = useFormats();
  const mayAdmin = useMayAdmin();
  const stop = useMutation({ mutationFn: () => orator.cancelModelPull(name), onSettled: lookAtModels });
  const total = pull.total ?? undefined;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="font-medium text-accent">
          {say(`pull.${pull.state === 'checking' ? 'checking' : 'fetching'}`)}
        </span>
        <bdi className="text-soft tabular-nums">
          {total === undefined ? bytes(pull.bytes) : say('pull.of', { here: bytes(pull.bytes), total: bytes(total) })}
        </bdi>
      </p>
      <Progress
        label={say('pull.progress', { name })}
        share={total === undefined || pull.state === 'checking' ? undefined : pull.bytes / total}
      />
      {pull.source && (
        <p className="truncate text-faint text-sm" dir="ltr" title={pull.source}>
          {hostOf(pull.source)}
        </p>
      )}
      {stop.error && <ErrorState error={stop.error} />}
      {mayAdmin && (
        <Button size="small" className="self-start" busy={stop.isPending} onClick={() => stop.mutate()}>
          {shared('cancel')}
        </Button>
      )}
    </div>
  );
}

/** Who gives something out, of its address. */
export const hostOf = (source: string): string => (URL.canParse(source) ? new URL(source).host : source);
