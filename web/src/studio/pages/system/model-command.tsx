import { Copy } from 'lucide-react';
import { useText } from '../../strings/language.tsx';
import { MODEL_WORDS } from '../../strings/models.ts';
import { Button } from '../../ui/button.tsx';
import { useAnnounce } from '../../ui/toast.tsx';

/** What to type on the machine of the service, to be copied. */
export function ModelCommand({ command }: { readonly command: string }) {
  const say = useText(MODEL_WORDS);
  const announce = useAnnounce();
  const copy = () => navigator.clipboard.writeText(command).then(() => announce(say('copied')));
  return (
    <div className="flex items-center gap-1 rounded-xl bg-sunken ps-3">
      <code dir="ltr" className="min-w-0 grow py-2 text-sm">
        {command}
      </code>
      <Button kind="quiet" size="icon" aria-label={say('copy', { command })} onClick={() => void copy()}>
        <Copy className="size-4" aria-hidden="true" />
      </Button>
    </div>
  );
}
