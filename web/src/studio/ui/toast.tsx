import { CircleAlert, CircleCheck } from 'lucide-react';
import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react';

const SHOWN_MS = 6000;
const KINDS = {
  good: { icon: CircleCheck, className: 'text-good' },
  problem: { icon: CircleAlert, className: 'text-danger' },
} as const;

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: keyof typeof KINDS;
}

/** Says something for some seconds. Nothing that is needed later: that belongs where it happened. */
export type Announce = (text: string, kind?: keyof typeof KINDS) => void;

const Context = createContext<Announce>(() => {});

/** How to say something for some seconds. */
export const useAnnounce = (): Announce => use(Context);

/** Where what is announced appears. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const count = useRef(0);
  const announce = useCallback<Announce>((text, kind = 'good') => {
    const id = count.current++;
    setToasts((all) => [...all.slice(-2), { id, text, kind }]);
    setTimeout(() => setToasts((all) => all.filter((toast) => toast.id !== id)), SHOWN_MS);
  }, []);
  return (
    <Context value={announce}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 md:bottom-6"
      >
        {toasts.map(({ id, text, kind }) => {
          const { icon: Icon, className } = KINDS[kind];
          return (
            <p
              key={id}
              className="flex max-w-xl animate-rise items-center gap-2.5 rounded-2xl border border-line bg-raised px-4 py-3 shadow-card"
            >
              <Icon className={`size-5 shrink-0 ${className}`} aria-hidden="true" />
              {text}
            </p>
          );
        })}
      </div>
    </Context>
  );
}
