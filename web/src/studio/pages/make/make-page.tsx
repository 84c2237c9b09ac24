import { isEnded } from '@orator/client/follow-job';
import { OratorError } from '@orator/core/base/errors';
import type { Crop } from '@orator/core/media/framing';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { useFollowedJob } from '../../service/followed-job.ts';
import { orator, queries } from '../../service/orator.ts';
import { forgetUpload } from '../../service/uploads.ts';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AvatarView } from './avatar-view.tsx';
import { type MakeState, useMakeDraft } from './make-draft.ts';
import { missingIn, usePreviewOrder, useVideoFields, videoOrder } from './make-order.ts';
import { MakingView } from './making-view.tsx';
import { type PhotoFaces, usePhotoFaces } from './photo-faces.ts';
import { PhotoPicker } from './photo-picker.tsx';
import { PhotoView } from './photo-view.tsx';
import { usePreview } from './preview-control.ts';
import { ResultView } from './result-view.tsx';
import { useReuse } from './reuse.ts';
import { SettingsCard } from './settings-card.tsx';
import { SpeechCard } from './speech-card.tsx';
import { Stage } from './stage.tsx';

/** The page where a photo and a few words become a clip. */
export default function MakePage() {
  const say = useText(MAKE);
  const shared = useText(SHARED);
  const state = useMakeDraft();
  useReuse(state);
  const { fields, error: schemaError } = useVideoFields();
  const { data: engines } = useQuery({
    queryKey: ['listEngines'],
    queryFn: ({ signal }) => orator.listEngines({ signal }),
  });
  const faces = usePhotoFaces(state.photo, (state.draft.settings.crop as Crop | undefined) ?? 'auto');
  const [jobId, setJobId] = useKept<string | undefined>('make.job', undefined);
  const { job, error: jobError } = useFollowedJob(jobId);
  const leave = () => setJobId(undefined);
  const result = job?.state === 'completed' ? job : undefined;
  const [begun, setBegun] = useState<string>();
  const place = useSeenWhen(job && job.id === begun ? `${job.id} ${isEnded(job)}` : undefined);
  const begin = (id: string) => {
    setBegun(id);
    setJobId(id);
  };
  return (
    <>
      <PageTitle title={shared('page.make')} hint={say('hint')} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] xl:gap-8">
        <div ref={place} className="flex scroll-mt-16 flex-col gap-4 lg:sticky lg:top-6">
          {result ? <ResultView job={result} onChange={leave} /> : <Face state={state} faces={faces} />}
          {job && !isEnded(job) && <MakingView job={job} onLeave={leave} />}
          {job?.state === 'failed' && (
            <ErrorState error={job}>
              <Button size="small" onClick={leave}>
                {say('making.back')}
              </Button>
            </ErrorState>
          )}
          {jobError && <ErrorState error={jobError} onRetry={leave} />}
        </div>
        <div className="flex flex-col gap-4">
          <SpeechCard state={state} fields={fields ?? []} />
          {fields ? (
            <SettingsCard state={state} fields={fields} engines={engines?.engines ?? []} />
          ) : schemaError ? (
            <ErrorState error={schemaError} onRetry={() => void queries.invalidateQueries({ queryKey: ['schemas'] })} />
          ) : (
            <Skeleton className="h-96 rounded-3xl" />
          )}
          <MakeButton state={state} faces={faces} running={Boolean(job && !isEnded(job))} onJob={begin} />
        </div>
      </div>
    </>
  );
}

/** Brings a place into view when something else happens there. */
function useSeenWhen(what: string | undefined): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (what === undefined) return;
    const { top, bottom } = place.current!.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) place.current!.scrollIntoView({ block: 'start' });
  }, [what]);
  return place;
}

/** The photo, or where it goes; and the preview. */
function Face({ state, faces }: { readonly state: MakeState; readonly faces: PhotoFaces }) {
  const { draft, change, photo, setPhoto } = state;
  const [refused, setRefused] = useState<OratorError | null>(null);
  const preview = usePreview(faces.prepared, usePreviewOrder(state));
  const take = (chosen: File | null) => {
    setRefused(null);
    setPhoto(chosen);
  };
  const error = refused ?? faces.error ?? preview.error;
  return (
    <>
      <Stage>
        {draft.avatar !== null ? (
          <AvatarView avatar={draft.avatar} onRemove={() => change({ avatar: null })} />
        ) : photo === null ? (
          <PhotoPicker
            onPhoto={take}
            onAvatar={(avatar) => change({ avatar })}
            onError={(thrown) => setRefused(OratorError.from(thrown))}
          />
        ) : null}
        {draft.avatar === null && photo && (
          <PhotoView photo={photo} faces={faces} preview={preview} onRemove={() => take(null)} />
        )}
      </Stage>
      {error && draft.avatar === null && <ErrorState error={error} />}
    </>
  );
}

function MakeButton({
  state,
  faces,
  running,
  onJob,
}: {
  readonly state: MakeState;
  readonly faces: PhotoFaces;
  readonly running: boolean;
  readonly onJob: (job: string) => void;
}) {
  const say = useText(MAKE);
  const missing = missingIn(state, faces);
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => orator.createVideo(await videoOrder(state, faces)),
    onSuccess: (job) => onJob(job.id),
    onError: () => {
      for (const file of [state.photo, state.sound]) if (file) forgetUpload(file); // what was removed is sent again
    },
  });
  return (
    <div className="flex flex-col gap-3 max-md:sticky max-md:bottom-(--bar) max-md:z-10 max-md:-mx-4 max-md:border-line max-md:border-t max-md:bg-paper/95 max-md:px-4 max-md:pt-3 max-md:backdrop-blur sm:max-md:-mx-6 sm:max-md:px-6">
      {error && <ErrorState error={error} />}
      <Button
        kind="primary"
        size="large"
        busy={isPending || running}
        disabled={missing !== null}
        aria-describedby="make-missing"
        onClick={() => mutate()}
      >
        {!isPending && !running && <Sparkles className="size-5" aria-hidden="true" />}
        {say(running ? 'make.running' : isPending ? 'make.sending' : 'make.start')}
      </Button>
      <p id="make-missing" className="min-h-5 text-center text-faint text-sm max-md:-mt-1 max-md:pb-1">
        {missing && say(`missing.${missing}`)}
      </p>
    </div>
  );
}
