import type { Model } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { orator, queries } from '../../service/orator.ts';

/** How often is looked at weights while some are on their way, ms. */
const LOOK_MS = 600;
/** And otherwise: somebody may pull them from a command line. */
const CALM_MS = 10_000;

/** Whether weights are on their way. */
export const isComing = ({ pull }: Pick<Model, 'pull'>): boolean =>
  pull?.state === 'fetching' || pull?.state === 'checking';

/** All weights, looked at more often while some are on their way. Engines are asked for anew when what is here has changed. */
export function useModels() {
  const models = useQuery({
    queryKey: ['listModels'],
    queryFn: ({ signal }) => orator.listModels({ signal }),
    refetchInterval: ({ state }) => (state.data?.models.some(isComing) ? LOOK_MS : CALM_MS),
  });
  const here = models.data?.models
    .filter(({ path_ok }) => path_ok)
    .map(({ name }) => name)
    .join(' ');
  const before = useRef(here);
  useEffect(() => {
    if (before.current !== undefined && before.current !== here) {
      void queries.invalidateQueries({ queryKey: ['listEngines'] });
    }
    before.current = here;
  }, [here]);
  return models;
}

/** Looks at the weights at once: something was done with them. */
export const lookAtModels = (): Promise<void> => queries.invalidateQueries({ queryKey: ['listModels'] });
