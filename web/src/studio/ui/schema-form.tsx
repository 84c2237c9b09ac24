import type { Field as SchemaField } from '@orator/core/produce/field';
import type { Say } from '../strings/language.tsx';
import { useFormats } from '../strings/language.tsx';
import { Choice } from './choice.tsx';
import { Field, inputClass } from './field.tsx';
import { Select } from './select.tsx';
import { Slider } from './slider.tsx';
import { Switch } from './switch.tsx';

/** What was filled in: only what differs from what the schema says by itself. */
export type FormValues = Readonly<Record<string, unknown>>;

/** So many choices fit in one row. */
const FEW = 3;
/** Steps of a slider along its range where numbers need not be whole. */
const STEPS = 100;

/**
 * A form made from a schema: a list becomes a choice, a range a slider, yes or no a switch, anything else a line of text. `say` finds
 * texts as `field.<name>`, `hint.<name>` and `value.<name>.<choice>`; where it has none the schema's own words stand there.
 */
export function SchemaForm({
  fields,
  values,
  say,
  onChange,
}: {
  readonly fields: readonly SchemaField[];
  readonly values: FormValues;
  readonly say: Pick<Say<string>, 'find'>;
  readonly onChange: (name: string, value: unknown) => void;
}) {
  return (
    <div className="flex flex-col gap-5">
      {fields.map((field) => (
        <SchemaInput
          key={field.name}
          field={field}
          value={values[field.name] ?? field.default}
          say={say}
          onChange={(value) => onChange(field.name, value === field.default ? undefined : value)}
        />
      ))}
    </div>
  );
}

interface InputProps {
  readonly field: SchemaField;
  readonly value: unknown;
  readonly say: Pick<Say<string>, 'find'>;
  readonly onChange: (value: unknown) => void;
}

/** The input of one field of a schema. */
export function SchemaInput({ field, value, say, onChange }: InputProps) {
  const formats = useFormats();
  const label = say.find(`field.${field.name}`) ?? field.title;
  const hint = say.find(`hint.${field.name}`);
  const choices = choicesOf(field);
  if (choices) {
    const options = choices.map((choice) => ({
      value: choice,
      label: say.find(`value.${field.name}.${choice}`) ?? choice,
    }));
    return (
      <Field label={label} hint={hint}>
        {(ids) =>
          choices.length <= FEW ? (
            <Choice label={label} value={String(value)} options={options} onChange={onChange} />
          ) : (
            <Select ids={ids} value={String(value)} options={options} onChange={onChange} />
          )
        }
      </Field>
    );
  }
  if (field.type === 'switch') return <Switch label={label} hint={hint} checked={value === true} onChange={onChange} />;
  const { minimum, maximum } = field;
  if ((field.type === 'number' || field.type === 'integer') && minimum !== undefined && isShort(minimum, maximum)) {
    const step = field.type === 'integer' ? 1 : (maximum! - minimum) / STEPS;
    const written = (one: number) => `${formats.number(one, 2)}${field.unit ? ` ${field.unit}` : ''}`;
    return (
      <Field label={label} hint={hint} aside={written(Number(value))}>
        {() => (
          <Slider
            label={label}
            value={[Number(value)]}
            min={minimum}
            max={maximum!}
            step={step}
            valueText={written}
            onChange={([next]) => onChange(Number(next!.toFixed(3)))}
          />
        )}
      </Field>
    );
  }
  const isNumber = field.type !== 'text';
  return (
    <Field label={label} hint={hint ?? field.values}>
      {(ids) => (
        <input
          {...ids}
          className={inputClass}
          type={isNumber ? 'number' : 'text'}
          min={minimum}
          max={maximum}
          value={String(value ?? '')}
          onChange={({ target }) =>
            onChange(target.value === '' ? undefined : isNumber ? Number(target.value) : target.value)
          }
        />
      )}
    </Field>
  );
}

/** A range that a hand can find a number in; a seed has none. */
const isShort = (minimum: number, maximum: number | undefined) => maximum !== undefined && maximum - minimum <= 1000;

/** What there is to choose from: a list, or words with commas between where more than these may be said. */
export const choicesOf = ({ type, choices, values }: SchemaField): readonly string[] | undefined =>
  type === 'choice' ? choices : /^[\w-]+(?:, [\w-]+)+$/.test(values ?? '') ? values!.split(', ') : undefined;
