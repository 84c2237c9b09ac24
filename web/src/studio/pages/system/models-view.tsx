import type { Engine } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { MODEL_WORDS } from '../../strings/models.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ModelCard } from './model-card.tsx';
import { PresenceMark } from './presence-mark.tsx';
import { useModels } from './use-models.ts';

/** What can animate a face here, and the weights that are here or could be. */
export function ModelsView() {
  const say = useText(MODEL_WORDS);
  const engines = useQuery({ queryKey: ['listEngines'], queryFn: ({ signal }) => orator.listEngines({ signal }) });
  const models = useModels();
  return (
    <div className="flex flex-col gap-8">
      <section aria-labelledby="engines" className="flex flex-col gap-3">
        <h2 id="engines" className="font-semibold text-xl">
          {say('engines')}
        </h2>
        {engines.error && <ErrorState error={engines.error} onRetry={() => void engines.refetch()} />}
        {!engines.data && !engines.error && <Skeleton className="h-24" />}
        <ul aria-label={say('engines')} className="flex flex-col gap-3">
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
        <p className="max-w-3xl text-soft">{say('hint')}</p>
        {models.error && <ErrorState error={models.error} onRetry={() => void models.refetch()} />}
        {!models.data && !models.error && <Skeleton className="h-40" />}
        {models.data?.models.length === 0 && <p className="text-soft">{say('none')}</p>}
        <ul aria-label={say('models')} className="grid grid-cols-1 gap-3 lg:grid-cols-2">
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
  const say = useText(MODEL_WORDS);
  return (
    <Card className="grid gap-x-8 gap-y-3 p-5 lg:grid-cols-2">
      <div className="flex min-w-0 items-start gap-4">
        <PresenceMark state={engine.available ? 'good' : 'away'} />
        <div className="min-w-0">
          <p className="font-medium">{engine.title}</p>
          <p className="text-soft text-sm">
            {say(`subject.${engine.subject}`)} · {say(`reads.${engine.reads}`)}
          </p>
          {engine.models.length > 0 && (
            <p className="text-faint text-sm">{say('needs', { models: engine.models.join(', ') })}</p>
          )}
        </div>
      </div>
      {engine.available ? (
        <p className="text-good text-sm max-lg:ps-9">{say('engine.here')}</p>
      ) : (
        <div className="text-sm max-lg:ps-9">
          <p className="font-medium text-warn">{say('engine.away')}</p>
          <p className="text-soft" dir="auto">
            {engine.missing?.message}
          </p>
        </div>
      )}
    </Card>
  );
}
