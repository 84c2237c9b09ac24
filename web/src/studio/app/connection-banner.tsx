import { CloudOff } from 'lucide-react';
import { useConnected } from '../service/connection.ts';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';

/** Says that the service cannot be reached, until it can. */
export function ConnectionBanner() {
  const say = useText(SHARED);
  const connected = useConnected();
  return (
    <div role="status" className="sticky top-0 z-30 max-md:top-[3.1rem]">
      {!connected && (
        <p className="flex animate-rise items-center justify-center gap-2.5 bg-warn-soft px-4 py-2.5 font-medium text-sm text-warn">
          <CloudOff className="size-4 shrink-0" aria-hidden="true" />
          {say('lost')}
        </p>
      )}
    </div>
  );
}
