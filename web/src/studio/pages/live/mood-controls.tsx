import { Angry, Annoyed, Eye, Frown, Ghost, HeartCrack, Laugh, type LucideIcon, Meh, Smile } from 'lucide-react';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Choice } from '../../ui/choice.tsx';
import { Field } from '../../ui/field.tsx';
import { Slider } from '../../ui/slider.tsx';
import { EMOTIONS, type Emotion, GAZES, type LiveSettings } from './live-settings.ts';

const ICONS: Readonly<Record<Emotion, LucideIcon>> = {
  angry: Angry,
  disgusted: Annoyed,
  fearful: Ghost,
  happy: Smile,
  neutral: Meh,
  sad: Frown,
  surprised: Laugh,
  contempt: HeartCrack,
};

/** How the face feels and where it looks: what is changed is seen at once. */
export function MoodControls({
  settings,
  onChange,
}: {
  readonly settings: LiveSettings;
  readonly onChange: (part: Pick<Partial<LiveSettings>, 'emotion' | 'intensity' | 'gaze'>) => void;
}) {
  const say = useText(LIVE);
  const { share } = useFormats();
  return (
    <div className="flex flex-col gap-4">
      <fieldset>
        <legend className="mb-1.5 font-medium text-sm">{say('emotion')}</legend>
        <div className="grid grid-cols-4 gap-1.5">
          {EMOTIONS.map((emotion) => {
            const Icon = ICONS[emotion];
            return (
              <button
                key={emotion}
                type="button"
                aria-pressed={settings.emotion === emotion}
                onClick={() => onChange({ emotion })}
                className="flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-xl bg-sunken px-1 py-1.5 text-soft text-xs transition-colors hover:text-ink aria-pressed:bg-accent aria-pressed:text-accent-ink"
              >
                <Icon className="size-5" aria-hidden="true" />
                {say(`emotion.${emotion}`)}
              </button>
            );
          })}
        </div>
      </fieldset>
      <Field label={say('intensity')} aside={share(settings.intensity)}>
        {() => (
          <Slider
            label={say('intensity')}
            value={[settings.intensity]}
            min={0}
            max={1}
            step={0.1}
            valueText={share}
            onChange={([intensity]) => onChange({ intensity: Number(intensity!.toFixed(1)) })}
          />
        )}
      </Field>
      <div className="flex flex-col gap-1.5">
        <p className="flex items-center gap-1.5 font-medium text-sm">
          <Eye className="size-4" aria-hidden="true" />
          {say('gaze')}
        </p>
        <Choice
          label={say('gaze')}
          value={settings.gaze}
          options={GAZES.map((value) => ({ value, label: say(`gaze.${value}`) }))}
          onChange={(gaze) => onChange({ gaze })}
        />
      </div>
    </div>
  );
}
