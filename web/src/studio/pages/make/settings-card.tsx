import type { Engine } from '@orator/client/schemas';
import type { Field as SchemaField } from '@orator/core/produce/field';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Card } from '../../ui/card.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Details } from '../../ui/details.tsx';
import { Field } from '../../ui/field.tsx';
import { SchemaForm } from '../../ui/schema-form.tsx';
import { Select } from '../../ui/select.tsx';
import { type MakeState, withOption } from './make-draft.ts';
import { PRESETS, presetOf, presetsFor } from './presets.ts';
import { VOICE_OPTIONS } from './speech-card.tsx';

/** What most people want to set; the rest is there when it is asked for, also what the service learns later. */
const FIRST = ['emotion', 'intensity', 'headMotion', 'crop'];
/** What is set in other places, or is none of a person's business. */
const ELSEWHERE = [
  ...['engine', 'text', 'voice', 'image', 'avatar', 'audio', 'face', 'fallback', 'webhook', 'priority', 'maxDuration'],
  ...VOICE_OPTIONS,
];

/** How the clip is made: a form of all that the service can be asked for. */
export function SettingsCard({
  state,
  fields,
  engines,
}: {
  readonly state: MakeState;
  readonly fields: readonly SchemaField[];
  readonly engines: readonly Engine[];
}) {
  const say = useText(MAKE);
  const { draft, change, set } = state;
  const { settings } = draft;
  const asked = fields.filter(({ name }) => !ELSEWHERE.includes(name));
  const first = FIRST.flatMap((name) => asked.filter((field) => field.name === name));
  const presets = presetsFor(fields);
  const usable = engines.filter(({ available, subject }) => available && subject === 'portrait');
  return (
    <Card className="flex flex-col gap-5 p-4 sm:p-5">
      <h2 className="font-semibold text-lg">{say('settings.title')}</h2>
      {usable.length > 1 && (
        <Field label={say('field.engine')}>
          {(ids) => (
            <Select
              ids={ids}
              value={String(settings.engine ?? 'portrait')}
              options={usable.map(({ id, title }) => ({ value: id, label: title }))}
              onChange={(engine) => set('engine', engine)}
            />
          )}
        </Field>
      )}
      {presets.length > 0 && (
        <Field label={say('preset.title')} hint={say('preset.hint')}>
          {() => (
            <Choice
              label={say('preset.title')}
              value={presetOf(settings, fields)}
              options={presets.map((name) => ({ value: name, label: say(`preset.${name}`) }))}
              onChange={(name) =>
                change({
                  settings: Object.entries(PRESETS[name]).reduce(
                    (all, [option, value]) => withOption(all, option, value),
                    settings,
                  ),
                })
              }
            />
          )}
        </Field>
      )}
      <SchemaForm fields={first} values={settings} say={say} onChange={set} />
      <Details title={say('settings.more')}>
        <SchemaForm
          fields={asked.filter((field) => !first.includes(field))}
          values={settings}
          say={say}
          onChange={set}
        />
      </Details>
    </Card>
  );
}
