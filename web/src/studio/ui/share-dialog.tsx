import { useMutation } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { orator } from '../service/orator.ts';
import { useFormats, useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { Button } from './button.tsx';
import { Choice } from './choice.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorState } from './error-state.tsx';
import { Field, inputClass } from './field.tsx';
import { useAnnounce } from './toast.tsx';

/** How long a link may be good for, s. */
const SPANS = { hour: 3600, day: 86_400, week: 604_800 } as const;
type Span = keyof typeof SPANS;

/** Makes a link to a file for who has no key. It works for everybody who has it, until it expires. */
export function ShareDialog({ asset, onClose }: { readonly asset: string; readonly onClose: () => void }) {
  const say = useText(SHARED);
  const { date } = useFormats();
  const announce = useAnnounce();
  const [span, setSpan] = useState<Span>('day');
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => orator.linkAsset(asset, { seconds: SPANS[span] }),
  });
  const url = data && linkFrom(data.url);
  const copy = async () => {
    await navigator.clipboard.writeText(url!);
    announce(say('share.copied'));
  };
  return (
    <Dialog title={say('share')} hint={say('share.hint')} open onClose={onClose}>
      <div className="flex flex-col gap-5">
        <Field label={say('share.span')}>
          {() => (
            <Choice
              label={say('share.span')}
              value={span}
              options={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: say(`share.${value}`) }))}
              onChange={setSpan}
            />
          )}
        </Field>
        {error && <ErrorState error={error} />}
        {url ? (
          <Field label={say('share.link')} hint={say('share.until', { date: date(data.expiresAt) })}>
            {(ids) => (
              <div className="flex gap-2">
                <input
                  {...ids}
                  dir="ltr"
                  readOnly
                  className={inputClass}
                  value={url}
                  onFocus={(e) => e.target.select()}
                />
                <Button size="icon" className="size-11" aria-label={say('share.copy')} onClick={() => void copy()}>
                  <Copy className="size-5" aria-hidden="true" />
                </Button>
              </div>
            )}
          </Field>
        ) : (
          <Button kind="primary" busy={isPending} onClick={() => mutate()}>
            {say('share.make')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

/** Links of the service itself lead to where this page came from: that address works from outside, whatever the service calls itself. */
function linkFrom(said: string): string {
  const url = new URL(said, location.href);
  return url.pathname.startsWith('/files/') ? `${location.origin}${url.pathname}${url.search}` : said;
}
