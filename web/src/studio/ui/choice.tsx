import * as Radix from '@radix-ui/react-toggle-group';
import type { Option } from './select.tsx';

/** More of them stand in rows of three on a phone. */
const ONE_ROW = 4;

/** Chooses one of two to six that are all seen. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value | undefined;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={value ?? ''}
      onValueChange={(next) => next && onChange(next as Value)} // one is always chosen
      className={`flex flex-wrap gap-1 rounded-2xl bg-sunken p-1 ${options.length > ONE_ROW ? 'max-sm:w-full' : ''}`}
    >
      {options.map((option) => (
        <Radix.Item
          key={option.value}
          value={option.value}
          className={`min-h-9 grow rounded-xl px-3 py-1 font-medium text-sm text-soft transition-colors hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink data-[state=on]:shadow-card ${options.length > ONE_ROW ? 'max-sm:basis-[30%] max-sm:px-1.5' : ''}`}
        >
          <bdi>{option.label}</bdi>
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
