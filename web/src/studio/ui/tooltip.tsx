import * as Radix from '@radix-ui/react-tooltip';
import type { ReactElement } from 'react';

/** Says more about what is pointed at or in focus. What it says must not be needed: fingers never see it. */
export const Tooltip = ({ text, children }: { readonly text: string; readonly children: ReactElement }) => (
  <Radix.Provider delayDuration={300}>
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          className="z-50 max-w-72 animate-rise rounded-xl bg-ink px-3 py-1.5 text-paper text-sm shadow-card"
        >
          {text}
          <Radix.Arrow className="fill-ink" />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  </Radix.Provider>
);
