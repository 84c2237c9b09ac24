import type { Job } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { orator } from '../../service/orator.ts';
import { type Say, useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Progress } from '../../ui/progress.tsx';

/** How far a clip is: what is being done, how fast, and for how long yet. */
export function MakingView({ job, onLeave }: { readonly job: Job; readonly onLeave: () => void }) {
  const say = useText(MAKE);
  const { number, span, share } = useFormats();
  const cancel = useMutation({ mutationFn: () => orator.cancelJob(job.id) });
  const progress = job.state === 'processing' ? job.progress : null;
  const stage = job.state === 'pending' ? say('stage.waiting') : stageOf(progress?.stage, say);
  const facts = [
    progress?.share === undefined ? undefined : share(progress.share),
    progress?.fps ? say('making.speed', { fps: number(progress.fps, 0) }) : undefined,
    progress?.etaSeconds === undefined ? undefined : say('making.left', { time: span(progress.etaSeconds) }),
  ];
  return (
    <div className="flex flex-col gap-3 rounded-3xl border border-line bg-surface p-5 shadow-card">
      <div className="flex items-center justify-between gap-3">
        <p role="status" className="font-semibold">
          {stage}
        </p>
        {job.state === 'pending' || job.state === 'processing' ? (
          <Button kind="danger" size="small" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {say('making.cancel')}
          </Button>
        ) : (
          <Button size="small" onClick={onLeave}>
            {say('making.back')}
          </Button>
        )}
      </div>
      <Progress label={say('making.label')} share={progress?.share} />
      <Facts facts={facts} />
    </div>
  );
}

/** The service names its stages: "frames", or words of its own. */
const stageOf = (stage: string | undefined, say: Say<'stage.preparing'>) =>
  (stage && say.find(`stage.${stage}`)) ?? say('stage.preparing');
