import * as Radix from '@radix-ui/react-slider';

/** A number within a range. With two thumbs give two values. `valueText` says the value to who cannot see it. */
export function Slider({
  label,
  value,
  min,
  max,
  step,
  onChange,
  valueText,
  disabled,
}: {
  /** The names of the thumbs. */
  readonly label: string | readonly [string, string];
  readonly value: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number[]) => void;
  readonly valueText?: (value: number) => string;
  readonly disabled?: boolean;
}) {
  const names = [label].flat();
  return (
    <Radix.Root
      value={[...value]}
      min={min}
      max={max}
      step={step}
      onValueChange={onChange}
      disabled={disabled}
      className="relative flex h-9 w-full touch-none select-none items-center data-disabled:opacity-50"
    >
      <Radix.Track className="relative h-1.5 grow rounded-full bg-line">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      {value.map((one, k) => (
        <Radix.Thumb
          key={names[k]}
          aria-label={names[k]}
          aria-valuetext={valueText?.(one)}
          className="block size-5 cursor-grab rounded-full border-2 border-accent bg-raised shadow-card transition-[scale] hover:scale-110"
        />
      ))}
    </Radix.Root>
  );
}
