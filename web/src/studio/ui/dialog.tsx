import * as Radix from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { Button } from './button.tsx';

/** Something that has to be done or left before the page goes on; at the bottom of a phone, in the middle elsewhere. */
export function Dialog({
  title,
  hint,
  open,
  onClose,
  children,
  wide = false,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) {
  const say = useText(SHARED);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <div className="pointer-events-none fixed inset-0 z-40 grid place-items-end sm:place-items-center sm:p-6">
          <Radix.Content
            {...(hint ? {} : { 'aria-describedby': undefined })}
            className={`pointer-events-auto flex max-h-[88dvh] w-full animate-rise flex-col overflow-hidden rounded-t-3xl bg-surface shadow-card outline-none sm:rounded-3xl ${wide ? 'sm:max-w-4xl' : 'sm:max-w-lg'}`}
          >
            <div className="flex items-start justify-between gap-4 px-6 pt-5 pb-3">
              <div>
                <Radix.Title className="font-semibold text-xl">{title}</Radix.Title>
                {hint && <Radix.Description className="mt-1 text-soft text-sm">{hint}</Radix.Description>}
              </div>
              <Radix.Close asChild>
                <Button kind="quiet" size="icon" aria-label={say('close')}>
                  <X className="size-5" aria-hidden="true" />
                </Button>
              </Radix.Close>
            </div>
            <div className="overflow-y-auto px-6 pb-6">{children}</div>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}
