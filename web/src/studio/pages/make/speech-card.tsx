import type { Field as SchemaField } from '@orator/core/produce/field';
import { AudioLines, Type } from 'lucide-react';
import { useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Card } from '../../ui/card.tsx';
import { Details } from '../../ui/details.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { SchemaForm } from '../../ui/schema-form.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import type { MakeState } from './make-draft.ts';
import { SoundInput } from './sound-input.tsx';
import { VoiceButton } from './voice-button.tsx';

/** Unhurried reading, in characters a second: enough for a guess. */
const CHARACTERS_PER_SECOND = 14;
const MOST_CHARACTERS = 20_000;
/** Options of a video that are about the voice. */
export const VOICE_OPTIONS = ['rate', 'pitch', 'volume'];

/** What is said: a text and the voice that reads it, or a recording. */
export function SpeechCard({ state, fields }: { readonly state: MakeState; readonly fields: readonly SchemaField[] }) {
  const say = useText(MAKE);
  const { draft, change } = state;
  return (
    <Card className="p-4 sm:p-5">
      <h2 className="mb-3 font-semibold text-lg">{say('speech.title')}</h2>
      <Tabs
        label={say('speech.title')}
        open={draft.speech}
        onOpen={(speech) => change({ speech })}
        tabs={[
          {
            name: 'text',
            label: say('speech.text'),
            icon: Type,
            content: <TextInput state={state} fields={fields.filter(({ name }) => VOICE_OPTIONS.includes(name))} />,
          },
          { name: 'sound', label: say('speech.sound'), icon: AudioLines, content: <SoundInput state={state} /> },
        ]}
      />
    </Card>
  );
}

function TextInput({ state, fields }: { readonly state: MakeState; readonly fields: readonly SchemaField[] }) {
  const say = useText(MAKE);
  const { span } = useFormats();
  const { draft, change, set } = state;
  const seconds = draft.text.trim().length / CHARACTERS_PER_SECOND / Number(draft.settings.rate ?? 1);
  return (
    <div className="flex flex-col gap-4">
      <Field label={say('text.label')} aside={seconds > 0 ? say('text.length', { length: span(seconds) }) : undefined}>
        {(ids) => (
          <textarea
            {...ids}
            dir="auto"
            rows={4}
            maxLength={MOST_CHARACTERS}
            placeholder={say('text.placeholder')}
            className={`${inputClass} field-sizing-content max-h-80 min-h-28 resize-y leading-relaxed`}
            value={draft.text}
            onChange={({ target }) => change({ text: target.value })}
          />
        )}
      </Field>
      <VoiceButton voice={draft.voice} settings={draft.settings} onVoice={(voice) => change({ voice })} />
      {fields.length > 0 && (
        <Details title={say('voice.more')}>
          <SchemaForm fields={fields} values={draft.settings} say={say} onChange={set} />
        </Details>
      )}
    </div>
  );
}
