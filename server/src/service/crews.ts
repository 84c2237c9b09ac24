import type { Config } from '../config.ts';
import { isWanted, type Kind } from '../job-kinds.ts';
import { makeAvatar } from '../jobs/avatar-job.ts';
import { type JobTools, makeVideo } from '../jobs/video-job.ts';
import type { Run } from '../jobs/worker.ts';
import { type RemoteEndpoint, remoteRun } from '../runpod/remote-avatar.ts';

/** Workers that do the same. */
export interface Crew {
  readonly members: number;
  /** What they do, by kind. */
  readonly runs: Readonly<Record<string, Run>>;
  /** How many of each kind may run at once over all processes. */
  readonly most?: number;
}

/** Who works on what in this process. What is built on an endpoint elsewhere takes none of this machine's workers. */
export function crewsOf(
  { values }: Config,
  tools: Omit<JobTools, 'report'>,
  remote: RemoteEndpoint | null | undefined,
): readonly Crew[] {
  const all: Readonly<Record<Kind, Run>> = {
    'video.portrait': (claimed, report, signal) => makeVideo(claimed, { ...tools, report }, signal),
    'video.wav2lip': (claimed, report, signal) => makeVideo(claimed, { ...tools, report }, signal),
    'avatar.wav2lip': remote
      ? remoteRun(remote, { ...tools, values })
      : (claimed, report, signal) => makeAvatar(claimed, { ...tools, report }, signal),
    'avatar.portrait': (claimed, report, signal) => makeAvatar(claimed, { ...tools, report }, signal),
  };
  const wanted = (far: boolean) =>
    Object.fromEntries(
      Object.entries(all).filter(
        ([kind]) => isWanted(kind, values.ORATOR_WORK) && (Boolean(remote) && kind === 'avatar.wav2lip') === far,
      ),
    );
  const crews: Crew[] = [{ members: values.ORATOR_WORKERS ?? 1, runs: wanted(false) }];
  if (remote) crews.push({ members: remote.concurrent, most: remote.concurrent, runs: wanted(true) });
  return crews.filter(({ members, runs }) => members > 0 && Object.keys(runs).length > 0);
}
