import * as Radix from '@radix-ui/react-select';
import { Check, ChevronDown } from 'lucide-react';
import type { FieldIds } from './field.tsx';

/** Something to choose. */
export interface Option<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
}

const nonce = () => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

/** Chooses one of a few; for many there is `VoicePicker`-like searching. Named by a field's `ids`, or by `label`. */
export function Select<Value extends string>({
  ids,
  label,
  value,
  options,
  onChange,
  disabled,
}: {
  readonly ids?: FieldIds;
  readonly label?: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)} disabled={disabled}>
      <Radix.Trigger
        {...ids}
        aria-label={label}
        className="flex min-h-11 w-full items-center justify-between gap-2 rounded-xl border border-line-strong bg-raised px-3.5 py-2 text-start transition-colors hover:border-faint disabled:opacity-50"
      >
        <Radix.Value />
        <Radix.Icon>
          <ChevronDown className="size-4 text-faint" aria-hidden="true" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={6}
          className="z-50 max-h-[min(24rem,var(--radix-select-content-available-height))] min-w-(--radix-select-trigger-width) animate-rise overflow-hidden rounded-2xl border border-line bg-raised p-1 shadow-card"
        >
          <Radix.Viewport nonce={nonce()}>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="flex min-h-10 cursor-pointer items-center justify-between gap-4 rounded-xl px-3 py-1.5 outline-none data-highlighted:bg-accent-soft"
              >
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator>
                  <Check className="size-4 text-accent" aria-hidden="true" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
