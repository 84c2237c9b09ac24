import * as Radix from '@radix-ui/react-tabs';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** One of several views of which one is seen. */
export interface Tab<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly content: ReactNode;
}

/** Views of which one is seen, below the row of their names. */
export function Tabs<Name extends string>({
  label,
  tabs,
  open,
  onOpen,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly open: Name;
  readonly onOpen: (name: Name) => void;
}) {
  return (
    <Radix.Root value={open} onValueChange={(name) => onOpen(name as Name)}>
      <Radix.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto rounded-2xl bg-sunken p-1">
        {tabs.map(({ name, label: title, icon: Icon }) => (
          <Radix.Trigger
            key={name}
            value={name}
            className="flex min-h-10 grow items-center justify-center gap-2 rounded-xl px-3 font-medium text-sm text-soft transition-colors hover:text-ink data-[state=active]:bg-raised data-[state=active]:text-ink data-[state=active]:shadow-card"
          >
            {Icon && <Icon className="size-4 shrink-0" aria-hidden="true" />}
            {title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ name, content }) => (
        <Radix.Content key={name} value={name} className="outline-none">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
