import type { Engine, Model } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, Copy, TriangleAlert } from 'lucide-react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useAnnounce } from '../../ui/toast.tsx';

/** What can animate a face here, and the weights that are here or could be. */
export function ModelsView() {
  const say = useText(SYSTEM);
  const engines = useQuery({ queryKey: ['listEngines'], queryFn: ({ signal }) => orator.listEngines({ signal }) });
  const models = useQuery({ queryKey: ['listModels'], queryFn: ({ signal }) => orator.listModels({ signal }) });
  return (
    <div className="flex flex-col gap-8">
      <section aria-labelledby="engines" className="flex flex-col gap-3">
        <h2 id="engines" className="font-semibold text-xl">
          {say('engines')}
        </h2>
        {engines.error && <ErrorState error={engines.error} onRetry={() => void engines.refetch()} />}
        {!engines.data && !engines.error && <Skeleton className="h-24" />}
        <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2">
          {engines.data?.engines.map((engine) => (
            <li key={engine.id} className="grid">
              <EngineCard engine={engine} />
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="models" className="flex flex-col gap-3">
        <h2 id="models" className="font-semibold text-xl">
          {say('models')}
        </h2>
        <p className="max-w-3xl text-soft">{say('models.hint')}</p>
        {models.error && <ErrorState error={models.error} onRetry={() => void models.refetch()} />}
        {!models.data && !models.error && <Skeleton className="h-40" />}
        {models.data?.models.length === 0 && <p className="text-soft">{say('models.none')}</p>}
        <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2">
          {models.data?.models.map((model) => (
            <li key={model.name} className="grid">
              <ModelCard model={model} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function EngineCard({ engine }: { readonly engine: Engine }) {
  const say = useText(SYSTEM);
  return (
    <Card className="flex items-start gap-4 p-5">
      <Mark state={engine.available ? 'good' : 'away'} />
      <div>
        <p className="font-medium">{engine.title}</p>
        <p className="text-soft text-sm">
          {say(`subject.${engine.subject}`)} · {say(`reads.${engine.reads}`)}
        </p>
        {engine.models.length > 0 && <p className="text-faint text-sm">{engine.models.join(', ')}</p>}
        {!engine.available && <p className="text-sm text-warn">{say('engine.away')}</p>}
      </div>
    </Card>
  );
}

function ModelCard({ model: { name, engine, installed, path_ok, size_bytes, licence } }: { readonly model: Model }) {
  const say = useText(SYSTEM);
  const announce = useAnnounce();
  const { bytes } = useFormats();
  const state = installed ? (path_ok ? 'good' : 'bad') : 'away';
  const command = `orator models pull ${name}`;
  const copy = () => navigator.clipboard.writeText(command).then(() => announce(say('copied')));
  return (
    <Card className="flex min-w-0 items-start gap-4 p-5">
      <Mark state={state} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <p className="font-medium">
          {name} <span className="font-normal text-faint">· {say('model.for', { engine })}</span>
        </p>
        <p className={`text-sm ${state === 'bad' ? 'text-danger' : 'text-soft'}`}>
          {say(`model.${state}`)}
          {size_bytes !== null && ` · ${bytes(size_bytes)}`}
        </p>
        <p className="text-soft text-sm" dir="auto">
          {licence}
        </p>
        {state !== 'good' && (
          <div className="mt-2 flex items-center gap-1 rounded-xl bg-sunken ps-3">
            <code dir="ltr" className="min-w-0 grow py-2 text-sm">
              {command}
            </code>
            <Button kind="quiet" size="icon" aria-label={say('copy', { command })} onClick={() => void copy()}>
              <Copy className="size-4" aria-hidden="true" />
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}

const MARKS = {
  good: { icon: CircleCheck, className: 'text-good' },
  bad: { icon: TriangleAlert, className: 'text-danger' },
  away: { icon: CircleDashed, className: 'text-faint' },
} as const;

function Mark({ state }: { readonly state: keyof typeof MARKS }) {
  const { icon: Icon, className } = MARKS[state];
  return <Icon className={`mt-0.5 size-5 shrink-0 ${className}`} aria-hidden="true" />;
}
