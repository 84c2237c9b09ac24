import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Speech } from 'lucide-react';
import { useState } from 'react';
import { orator } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import type { FormValues } from '../../ui/schema-form.tsx';
import { VOICES } from './voice-list.ts';
import { VoicePicker } from './voice-picker.tsx';

/** Shows the voice that will speak, and opens the list of all. */
export function VoiceButton({
  voice,
  settings,
  onVoice,
}: {
  readonly voice: string;
  readonly settings: FormValues;
  readonly onVoice: (voice: string) => void;
}) {
  const say = useText(MAKE);
  const [open, setOpen] = useState(false);
  const { data: voices } = useQuery({ queryKey: VOICES, queryFn: ({ signal }) => orator.listVoices({}, { signal }) });
  const chosen = voices?.voices.find(({ id }) => id === voice);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex items-center gap-3 rounded-2xl border border-line-strong bg-raised p-3 text-start transition-colors hover:border-accent"
      >
        <span className="grid size-10 place-items-center rounded-xl bg-accent-soft text-accent">
          <Speech className="size-5" aria-hidden="true" />
        </span>
        <span className="min-w-0 grow">
          <span className="block text-faint text-sm">{say('voice.title')}</span>
          <span className="block truncate font-medium">{chosen?.name ?? voice}</span>
        </span>
        <ChevronDown className="size-5 text-faint" aria-hidden="true" />
      </button>
      {open && <VoicePicker voice={voice} settings={settings} onVoice={onVoice} onClose={() => setOpen(false)} />}
    </>
  );
}
