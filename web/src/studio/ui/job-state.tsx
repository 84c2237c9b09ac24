import type { Job } from '@orator/client/schemas';
import { CircleAlert, CircleCheck, CircleSlash, Clock3, LoaderCircle, TriangleAlert } from 'lucide-react';
import { JOBS } from '../strings/jobs.ts';
import { useFormats, useText } from '../strings/language.tsx';
import { Facts } from './facts.tsx';
import { Progress } from './progress.tsx';

const LOOKS = {
  pending: { icon: Clock3, className: 'bg-sunken text-soft' },
  processing: { icon: LoaderCircle, className: 'bg-accent-soft text-accent' },
  completed: { icon: CircleCheck, className: 'bg-good-soft text-good' },
  fallback: { icon: TriangleAlert, className: 'bg-warn-soft text-warn' },
  failed: { icon: CircleAlert, className: 'bg-danger-soft text-danger' },
  cancelled: { icon: CircleSlash, className: 'bg-sunken text-soft' },
} as const;

/** Where a job stands, in a word. A clip that was made in another way than asked for is never called done without that. */
export function JobState({ job }: { readonly job: Pick<Job, 'state'> & { readonly outcome?: string } }) {
  const say = useText(JOBS);
  const name = job.state === 'completed' && job.outcome === 'fallback' ? 'fallback' : job.state;
  const { icon: Icon, className } = LOOKS[name];
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full px-2.5 py-1 font-medium text-sm ${className}`}
    >
      <Icon className={`size-4 ${name === 'processing' ? 'animate-spin' : ''}`} aria-hidden="true" />
      {say(`state.${name}`)}
    </span>
  );
}

/** How far a running job is: what is being done, how fast, and for how long yet. Nothing for one that waits or is over. */
export function JobProgress({ job }: { readonly job: Job }) {
  const say = useText(JOBS);
  const { number, share, span } = useFormats();
  if (job.state !== 'processing') return null;
  const { progress } = job;
  const facts = [
    progress ? (say.find(`stage.${progress.stage}`) ?? progress.stage) : undefined,
    progress?.share === undefined ? undefined : share(progress.share),
    progress?.fps ? say('speed', { fps: number(progress.fps, 0) }) : undefined,
    progress?.etaSeconds === undefined ? undefined : say('left', { time: span(progress.etaSeconds) }),
  ];
  return (
    <div className="flex w-full flex-col gap-1.5">
      <Progress label={say('progress')} share={progress?.share} />
      <Facts facts={facts} />
    </div>
  );
}
