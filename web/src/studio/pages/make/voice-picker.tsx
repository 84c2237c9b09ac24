import type { Voice } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { LoaderCircle, Square, Volume2 } from 'lucide-react';
import { useState } from 'react';
import { orator } from '../../service/orator.ts';
import { useLanguage, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import type { FormValues } from '../../ui/schema-form.tsx';
import { Select } from '../../ui/select.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { baseOf, languagesOf, matching, VOICES } from './voice-list.ts';
import { useVoiceSample, type VoiceSample } from './voice-sample.ts';

/** Chooses a voice among those of a language; each can be heard. */
export function VoicePicker({
  voice,
  settings,
  onVoice,
  onClose,
}: {
  readonly voice: string;
  readonly settings: FormValues;
  readonly onVoice: (voice: string) => void;
  readonly onClose: () => void;
}) {
  const say = useText(MAKE);
  const { language } = useLanguage();
  const { data, error, refetch } = useQuery({
    queryKey: VOICES,
    queryFn: ({ signal }) => orator.listVoices({}, { signal }),
  });
  const voices = data?.voices ?? [];
  const [chosenTag, setTag] = useState<string>();
  const [words, setWords] = useState('');
  const tag = chosenTag ?? baseOf(voices.find(({ id }) => id === voice)?.language ?? voice);
  const sample = useVoiceSample(settings);
  return (
    <Dialog title={say('voice.title')} hint={say('voice.hint')} open onClose={onClose}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-80" />}
      {data && (
        <div className="flex flex-col gap-4">
          <div className="grid grid-cols-2 gap-3">
            <Field label={say('voice.language')}>
              {(ids) => <Select ids={ids} value={tag} options={languagesOf(voices, language)} onChange={setTag} />}
            </Field>
            <Field label={say('voice.search')}>
              {(ids) => (
                <input
                  {...ids}
                  type="search"
                  className={inputClass}
                  value={words}
                  onChange={({ target }) => setWords(target.value)}
                />
              )}
            </Field>
          </div>
          {sample.error && <ErrorState error={sample.error} />}
          <fieldset className="flex h-[46dvh] flex-col gap-1 overflow-y-auto rounded-2xl bg-sunken p-2">
            <legend className="sr-only">{say('voice.title')}</legend>
            {matching(voices, tag, words, language).map((one) => (
              <VoiceRow key={one.id} voice={one} chosen={one.id === voice} sample={sample} onChoose={onVoice} />
            ))}
          </fieldset>
          <Button kind="primary" onClick={onClose}>
            {say('voice.done')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function VoiceRow({
  voice,
  chosen,
  sample,
  onChoose,
}: {
  readonly voice: Voice;
  readonly chosen: boolean;
  readonly sample: VoiceSample;
  readonly onChoose: (voice: string) => void;
}) {
  const say = useText(MAKE);
  const isPlaying = sample.playing === voice.id;
  const Icon = sample.loading === voice.id ? LoaderCircle : isPlaying ? Square : Volume2;
  const gender = say.find(`gender.${voice.gender}`);
  return (
    <div className="flex items-center gap-2 rounded-xl has-checked:bg-raised has-checked:shadow-card">
      <label className="flex min-h-12 grow cursor-pointer items-center gap-3 px-3">
        <input
          ref={chosen ? scrollTo : undefined}
          type="radio"
          name="voice"
          className="size-4 accent-accent"
          checked={chosen}
          onChange={() => onChoose(voice.id)}
        />
        <span>
          <span className="block font-medium">{voice.name}</span>
          {gender && <span className="block text-faint text-sm">{gender}</span>}
        </span>
      </label>
      <Button
        kind="quiet"
        size="icon"
        aria-label={say(isPlaying ? 'voice.stop' : 'voice.play', { name: voice.name })}
        onClick={() => (isPlaying ? sample.stop() : sample.play(voice))}
      >
        <Icon className={`size-5 ${sample.loading === voice.id ? 'animate-spin' : ''}`} aria-hidden="true" />
      </Button>
    </div>
  );
}

/** Whoever opens the list looks for the voice that he has. */
const scrollTo = (row: HTMLInputElement | null) => row?.scrollIntoView({ block: 'center' });
