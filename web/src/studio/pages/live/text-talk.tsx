import { useMutation, useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useMemo } from 'react';
import { useKept } from '../../keep/kept.ts';
import { orator } from '../../service/orator.ts';
import { useLanguage, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';

const LONGEST_TEXT = 20_000;
const FIRST_VOICE = 'en-us';

/** What a text is said with. */
interface Spoken {
  readonly text: string;
  readonly voice: string;
  readonly interrupt: boolean;
}

/** Has a session say what is typed. `onSaid` hears under which id. */
export function TextTalk({
  session,
  onSaid,
}: {
  readonly session: string;
  readonly onSaid: (utterance: string, text: string) => void;
}) {
  const say = useText(LIVE);
  const [text, setText] = useKept('live.text', '');
  const [voice, setVoice] = useKept('live.voice', FIRST_VOICE);
  const [interrupt, setInterrupt] = useKept('live.interrupt', false);
  const speaking = useMutation({
    mutationFn: (spoken: Spoken) => orator.sayInLiveSession(session, spoken),
    onSuccess: ({ utterance }, spoken) => onSaid(utterance, spoken.text),
  });
  const speak = () => {
    const words = text.trim();
    if (words !== '' && !speaking.isPending) speaking.mutate({ text: words, voice, interrupt });
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        speak();
      }}
    >
      <Field label={say('text')}>
        {(ids) => (
          <textarea
            {...ids}
            dir="auto"
            rows={3}
            maxLength={LONGEST_TEXT}
            placeholder={say('text.example')}
            className={inputClass}
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              speak();
            }}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={speaking.isPending} disabled={text.trim() === ''}>
        {!speaking.isPending && <Send className="size-5 rtl:-scale-x-100" aria-hidden="true" />}
        {say('speak')}
      </Button>
      {speaking.error && <ErrorState error={speaking.error} />}
      <VoiceChoice voice={voice} onChange={setVoice} />
      <Switch label={say('atOnce')} hint={say('atOnce.hint')} checked={interrupt} onChange={setInterrupt} />
    </form>
  );
}

/** A voice: its language first, then who speaks it. */
function VoiceChoice({ voice, onChange }: { readonly voice: string; readonly onChange: (voice: string) => void }) {
  const say = useText(LIVE);
  const { language } = useLanguage();
  const { data: voices = [] } = useQuery({
    queryKey: ['listVoices'],
    queryFn: ({ signal }) => orator.listVoices({}, { signal }),
    select: (answer) => answer.voices,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const names = useMemo(() => new Intl.DisplayNames(language, { type: 'language', fallback: 'code' }), [language]);
  const nameOf = (tag: string) => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      return tag; // not all voices have a name that the browser can read
    }
  };
  const spoken = voices.find(({ id }) => id === voice)?.language ?? '';
  const languages = [...new Set(voices.map((one) => one.language))]
    .map((value) => ({ value, label: nameOf(value) }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
  const here = voices.filter((one) => one.language === spoken);
  if (voices.length === 0) return null;
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label={say('voice.language')}>
        {(ids) => (
          <Select
            ids={ids}
            value={spoken}
            options={languages}
            onChange={(tag) => onChange(voices.find((one) => one.language === tag)!.id)}
          />
        )}
      </Field>
      <Field label={say('voice')}>
        {(ids) => (
          <Select
            ids={ids}
            value={voice}
            options={here.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={onChange}
          />
        )}
      </Field>
    </div>
  );
}
