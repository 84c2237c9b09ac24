import { isEnded } from '@orator/client/follow-job';
import type { Job } from '@orator/client/schemas';
import { useEffect, useState } from 'react';
import { whenConnected } from './connection.ts';
import { isLost, orator, queries } from './orator.ts';

/** A job as it goes on; null until something is known of it. */
export interface FollowedJob {
  readonly job: Job | null;
  /** Why nothing more will be known of it. */
  readonly error: Error | null;
}

/** Follows a job until it is over, over lost connections too; undefined follows none. What lists jobs and files is then stale. */
export function useFollowedJob(id: string | undefined): FollowedJob {
  const [seen, setSeen] = useState<FollowedJob & { readonly id?: string }>({ job: null, error: null });
  useEffect(() => {
    if (id === undefined) return;
    const leaving = new AbortController();
    void follow(id, leaving.signal, setSeen);
    return () => leaving.abort();
  }, [id]);
  return seen.id === id ? seen : { job: null, error: null };
}

async function follow(
  id: string,
  signal: AbortSignal,
  tell: (seen: FollowedJob & { readonly id: string }) => void,
): Promise<void> {
  for (let last: Job | null = null; !signal.aborted; ) {
    try {
      for await (const job of orator.followJob(id, { signal })) {
        last = job;
        tell({ id, job, error: null });
        if (!isEnded(job)) continue;
        for (const list of ['listJobs', 'listAssets', 'listAvatars']) {
          void queries.invalidateQueries({ queryKey: [list] });
        }
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isLost(error)) return tell({ id, job: last, error: error as Error });
      await whenConnected();
    }
  }
}
