import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { go, usePlace } from '../../app/navigation.tsx';
import { orator } from '../../service/orator.ts';
import type { MakeState } from './make-draft.ts';

/** What is not an option of how a clip looks and sounds. */
const NOT_REUSED = ['face', 'maxDuration'];

/** Takes over what stands in the address: the settings of a clip by its job, `/make?from=<job>`, or an avatar, `/make?avatar=<id>`. */
export function useReuse({ change }: MakeState): void {
  const { query } = usePlace();
  const from = query.get('from');
  const avatar = query.get('avatar');
  useEffect(() => {
    if (avatar === null) return;
    change({ avatar });
    go('/make', { replace: true });
  }, [avatar, change]);
  const { data: job } = useQuery({
    queryKey: ['getJob', from],
    queryFn: ({ signal }) => orator.getJob(from!, { signal }),
    enabled: from !== null,
  });
  useEffect(() => {
    if (from === null || job?.state !== 'completed' || !job.receipt) return;
    const { options, voice } = job.receipt;
    const settings = Object.fromEntries(Object.entries(options).filter(([name]) => !NOT_REUSED.includes(name)));
    change({ settings, ...(voice ? { voice } : {}) });
    go('/make', { replace: true });
  }, [from, job, change]);
}
