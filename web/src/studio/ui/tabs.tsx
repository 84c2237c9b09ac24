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

/** More names than these do not fit beside their icons on a phone: they stand below them. */
const SIDE_BY_SIDE = 3;

/** Views of which one is seen, below the row of their names. `compact`: the row is as long as its names, except on a phone. */
export function Tabs<Name extends string>({
  label,
  tabs,
  open,
  onOpen,
  compact = false,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly open: Name;
  readonly onOpen: (name: Name) => void;
  readonly compact?: boolean;
}) {
  const stacked =
    tabs.length > SIDE_BY_SIDE ? 'max-sm:flex-col max-sm:gap-1 max-sm:px-1 max-sm:py-2 max-sm:text-xs' : '';
  return (
    <Radix.Root value={open} onValueChange={(name) => onOpen(name as Name)}>
      <Radix.List
        aria-label={label}
        className={`mb-5 flex gap-1 overflow-x-auto rounded-2xl bg-sunken p-1 ${compact ? 'sm:w-fit' : ''}`}
      >
        {tabs.map(({ name, label: title, icon: Icon }) => (
          <Radix.Trigger
            key={name}
            value={name}
            className={`flex min-h-10 grow items-center justify-center gap-2 whitespace-nowrap rounded-xl px-3 font-medium text-sm text-soft transition-colors hover:text-ink data-[state=active]:bg-raised data-[state=active]:text-ink data-[state=active]:shadow-card ${compact ? 'sm:px-5' : ''} ${stacked}`}
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
