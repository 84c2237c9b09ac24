import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Choice } from '../../ui/choice.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { Slider } from '../../ui/slider.tsx';
import {
  bestMode,
  CROP,
  EMOTIONS,
  FPS,
  type LiveSettings,
  possibleModes,
  QUALITIES,
  type Quality,
  qualityOf,
  RESOLUTIONS,
} from './live-settings.ts';

/** What a session is begun with. */
export function SettingsForm({
  settings,
  onChange,
}: {
  readonly settings: LiveSettings;
  readonly onChange: (settings: LiveSettings) => void;
}) {
  const say = useText(LIVE);
  const { number } = useFormats();
  const best = bestMode();
  const mode = settings.mode ?? best.mode;
  const change = (part: Partial<LiveSettings>) => onChange({ ...settings, ...part });
  const quality = qualityOf(settings);
  const crop = (value: number) => say('times', { value: number(value, 1) });
  return (
    <div className="flex flex-col gap-5">
      <Field label={say('mode')} hint={mode === best.mode ? say(best.why) : say(`mode.${mode}.hint`)}>
        {() => (
          <Choice
            label={say('mode')}
            value={mode}
            options={possibleModes().map((value) => ({ value, label: say(`mode.${value}`) }))}
            onChange={(value) => change({ mode: value })}
          />
        )}
      </Field>
      <Field label={say('quality')} hint={quality ? undefined : say('quality.own')}>
        {() => (
          <Choice
            label={say('quality')}
            value={quality}
            options={(Object.keys(QUALITIES) as Quality[]).map((value) => ({ value, label: say(`quality.${value}`) }))}
            onChange={(value) => change(QUALITIES[value])}
          />
        )}
      </Field>
      <Field label={say('resolution')} hint={say('resolution.hint')}>
        {() => (
          <Choice
            label={say('resolution')}
            value={String(settings.resolution)}
            options={RESOLUTIONS.map((value) => ({ value: String(value), label: say('px', { value: String(value) }) }))}
            onChange={(value) => change({ resolution: Number(value) })}
          />
        )}
      </Field>
      <Field label={say('fps.wanted')} aside={number(settings.fps, 0)}>
        {() => (
          <Slider
            label={say('fps.wanted')}
            value={[settings.fps]}
            {...FPS}
            onChange={([fps]) => change({ fps: fps! })}
          />
        )}
      </Field>
      <Field label={say('crop')} hint={say('crop.hint')} aside={crop(settings.cropScale)}>
        {() => (
          <Slider
            label={say('crop')}
            value={[settings.cropScale]}
            {...CROP}
            valueText={crop}
            onChange={([cropScale]) => change({ cropScale: Number(cropScale!.toFixed(1)) })}
          />
        )}
      </Field>
      <Field label={say('emotion')}>
        {(ids) => (
          <Select
            ids={ids}
            value={settings.emotion}
            options={EMOTIONS.map((value, index) => ({
              value,
              label: say('emotion.numbered', { number: index, name: say(`emotion.${value}`) }),
            }))}
            onChange={(emotion) => change({ emotion })}
          />
        )}
      </Field>
    </div>
  );
}
