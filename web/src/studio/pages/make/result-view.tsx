import type { Job } from '@orator/client/schemas';
import { BadgeCheck, Download, Link2, TriangleAlert, WandSparkles } from 'lucide-react';
import { useState } from 'react';
import { useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { MediaPlayer } from '../../ui/media-player.tsx';
import { ShareDialog } from '../../ui/share-dialog.tsx';

/** A job that made something. */
export type CompletedJob = Extract<Job, { readonly state: 'completed' }>;

/** The clip, and what can be done with it. What it is, is said as it is: made as asked for, or in place of that. */
export function ResultView({ job, onChange }: { readonly job: CompletedJob; readonly onChange: () => void }) {
  const say = useText(MAKE);
  const shared = useText(SHARED);
  const { number, span } = useFormats();
  const [sharing, setSharing] = useState(false);
  const { receipt, asset, content, outcome } = job;
  const Mark = outcome === 'success' ? BadgeCheck : TriangleAlert;
  const facts = receipt && [
    `${number(receipt.clip.width)} × ${number(receipt.clip.height)}`,
    say('result.fps', { fps: receipt.clip.fps }),
    span(receipt.clip.seconds),
    say('result.took', { time: span(receipt.timings.total ?? 0) }),
  ];
  return (
    <div className="flex flex-col gap-4">
      {content && (
        <MediaPlayer
          type="video"
          src={content}
          label={say('result.label')}
          width={receipt?.clip.width}
          height={receipt?.clip.height}
        />
      )}
      <div className="rounded-3xl border border-line bg-surface p-5 shadow-card">
        <p
          className={`flex items-center gap-2 font-semibold ${outcome === 'success' ? 'text-good' : 'text-warn'}`}
          role="status"
        >
          <Mark className="size-5 shrink-0" aria-hidden="true" />
          {say(`result.${outcome}`, { engine: receipt?.engine ?? '' })}
        </p>
        {receipt?.reason && (
          <p className="mt-1" dir="auto">
            {receipt.reason}
          </p>
        )}
        {facts && <Facts facts={facts} />}
        {receipt?.warnings.map((warning) => (
          <p key={warning} className="mt-1 text-sm text-warn" dir="auto">
            {warning}
          </p>
        ))}
        <div className="mt-4 flex flex-wrap gap-2">
          {asset && (
            <>
              <a className={buttonClass('primary')} href={`/api/v1/assets/${asset}/content?download=1`} download>
                <Download className="size-5" aria-hidden="true" />
                {shared('download')}
              </a>
              <Button onClick={() => setSharing(true)}>
                <Link2 className="size-5" aria-hidden="true" />
                {shared('share')}
              </Button>
            </>
          )}
          <Button onClick={onChange}>
            <WandSparkles className="size-5" aria-hidden="true" />
            {say('result.change')}
          </Button>
        </div>
      </div>
      {sharing && asset && <ShareDialog asset={asset} onClose={() => setSharing(false)} />}
    </div>
  );
}
