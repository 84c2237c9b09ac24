import * as Radix from '@radix-ui/react-switch';
import { useId } from 'react';

/** Something that is on or off, with its name beside it. */
export function Switch({
  label,
  hint,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-4">
      <label htmlFor={id} className="text-sm">
        <span className="block font-medium">{label}</span>
        {hint && <span className="text-faint">{hint}</span>}
      </label>
      <Radix.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        className="relative h-6.5 w-11 shrink-0 rounded-full bg-line-strong transition-colors data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="absolute inset-s-0.75 top-0.75 size-5 rounded-full bg-white transition-[inset-inline-start] data-[state=checked]:inset-s-5.25" />
      </Radix.Root>
    </div>
  );
}
