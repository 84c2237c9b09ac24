import { isEnded } from '@orator/client/follow-job';
import type { Avatar } from '@orator/client/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { useFollowedJob } from '../../service/followed-job.ts';
import { orator } from '../../service/orator.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { useLanguage, useText } from '../../strings/language.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { JobProgress, JobState } from '../../ui/job-state.tsx';
import { MediaPlayer } from '../../ui/media-player.tsx';
import { VoiceButton } from '../make/voice-button.tsx';

/** A short line shows what an avatar is like; more is made on the page Make. */
const MOST_LETTERS = 200;
/** Who says it until somebody else is chosen. */
const VOICES = { en: 'en-us', ur: 'ur' } as const;

/** Has an avatar say a line, and plays it. Where no engine here can draw it, that is said instead. */
export function TestLine({ avatar }: { readonly avatar: Avatar }) {
  const say = useText(AVATARS);
  const { data } = useQuery({ queryKey: ['listEngines'], queryFn: ({ signal }) => orator.listEngines({ signal }) });
  const [text, setText] = useKept('avatars.line', say('line.text'));
  const { language } = useLanguage();
  const [voice, setVoice] = useKept<string>('avatars.voice', VOICES[language]);
  const [jobId, setJobId] = useState<string>();
  const { job, error } = useFollowedJob(jobId);
  const order = useMutation({
    mutationFn: () => orator.createVideo({ engine: avatar.model, avatar: avatar.id, text, voice }),
    onSuccess: ({ id }) => setJobId(id),
  });
  const engine = data?.engines.find(({ id }) => id === avatar.model);
  if (data && !engine?.available) {
    return (
      <p className="rounded-2xl bg-sunken p-4 text-soft">{say('line.none', { model: say(`model.${avatar.model}`) })}</p>
    );
  }
  const isBusy = order.isPending || (jobId !== undefined && !error && !(job && isEnded(job)));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        order.mutate();
      }}
    >
      <Field label={say('line')}>
        {(ids) => (
          <textarea
            {...ids}
            dir="auto"
            rows={2}
            required
            maxLength={MOST_LETTERS}
            className={inputClass}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <VoiceButton voice={voice} settings={{}} onVoice={setVoice} />
      <Button type="submit" kind="primary" disabled={!text.trim() || !engine} busy={isBusy}>
        {!isBusy && <Play className="size-5" aria-hidden="true" />}
        {say('line.play')}
      </Button>
      {isBusy && job && (
        <div className="flex flex-col items-start gap-2">
          <JobState job={job} />
          <JobProgress job={job} />
        </div>
      )}
      {order.error && <ErrorState error={order.error} />}
      {error && <ErrorState error={error} />}
      {job?.state === 'failed' && <ErrorState error={job} />}
      {job?.state === 'completed' && job.content && (
        <MediaPlayer type="video" src={job.content} label={say('line.clip')} autoPlay low />
      )}
    </form>
  );
}
