import type { Field } from '@orator/core/produce/field';
import type { FormValues } from '../../ui/schema-form.tsx';

/** Size and smoothness that go well together, by what they cost. */
export const PRESETS = {
  fast: { size: '512', fps: 20 },
  balanced: { size: '720p', fps: 25 },
  high: { size: '1080p', fps: 30 },
} as const satisfies Record<string, FormValues>;
/** The name of one of them. */
export type Preset = keyof typeof PRESETS;

/** What a new draft begins with. */
export const BALANCED: FormValues = PRESETS.balanced;

/** The preset that some options are; undefined for somebody's own mixture. */
export const presetOf = (options: FormValues, fields: readonly Field[]): Preset | undefined =>
  (Object.keys(PRESETS) as Preset[]).find((name) =>
    Object.entries(PRESETS[name]).every(
      ([option, value]) => (options[option] ?? fields.find((field) => field.name === option)?.default) === value,
    ),
  );

/** The presets that the service knows the options of. */
export const presetsFor = (fields: readonly Field[]): readonly Preset[] =>
  (Object.keys(PRESETS) as Preset[]).filter((name) =>
    Object.entries(PRESETS[name]).every(([option, value]) => {
      const field = fields.find((one) => one.name === option);
      return field && (!field.choices || field.choices.includes(String(value)));
    }),
  );
