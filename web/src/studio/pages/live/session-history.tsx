import type { Asset } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { Download, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Mode } from '../../../player/show.ts';
import { keep, useKept } from '../../keep/kept.ts';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { MediaPlayer } from '../../ui/media-player.tsx';

/** A session of the past, as this browser remembers it. */
export interface PastSession {
  readonly id: string;
  /** ISO. */
  readonly at: string;
  /** How long it lasted, s; 0 while nobody knows. */
  readonly seconds: number;
  readonly face: string;
  readonly mode: Mode;
}

const KEY = 'live.history';
const NONE: readonly PastSession[] = [];
const MOST = 30;
const MOST_CLIPS = 200;

/** Remembers sessions: a new one, or how an old one went on. */
export function useHistory() {
  const [sessions] = useKept<readonly PastSession[]>(KEY, NONE);
  const remember = (session: PastSession) =>
    keep(KEY, [session, ...sessions.filter(({ id }) => id !== session.id)].slice(0, MOST));
  return { sessions, remember, forget: () => keep(KEY, undefined) } as const;
}

/** The sessions of the past, with the recordings that the service has of them to look at again. */
export function SessionHistory() {
  const say = useText(LIVE);
  const common = useText(SHARED);
  const { date, span } = useFormats();
  const { sessions, forget } = useHistory();
  const [replayed, replay] = useState<Asset>();
  const { data: clips = [] } = useQuery({
    queryKey: ['listAssets', { kind: 'clip', limit: MOST_CLIPS }],
    queryFn: ({ signal }) => orator.listAssets({ kind: 'clip', limit: MOST_CLIPS }, { signal }),
    select: ({ assets }) => assets,
    enabled: sessions.length > 0,
  });
  if (sessions.length === 0) return null;
  return (
    <section aria-labelledby="live-history" className="mt-8">
      <div className="mb-3 flex items-center justify-between gap-3">
        <h2 id="live-history" className="font-semibold text-xl">
          {say('history')}
        </h2>
        <Button kind="quiet" size="small" onClick={forget}>
          <Trash2 className="size-4" aria-hidden="true" />
          {say('history.forget')}
        </Button>
      </div>
      <Card>
        <ul className="divide-y divide-line">
          {sessions.map((session) => (
            <li key={session.id} className="flex flex-wrap items-center gap-x-5 gap-y-2 px-5 py-3">
              <div className="min-w-0 grow">
                <p dir="auto" className="truncate font-medium">
                  {session.face || say('stage')}
                </p>
                <p className="text-faint text-sm">
                  {[date(session.at), session.seconds > 0 && span(session.seconds), say(`mode.${session.mode}`)]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </div>
              {clips
                .filter(({ name }) => name === `${session.id}.mp4`)
                .map((clip) => (
                  <div key={clip.id} className="flex gap-1.5">
                    <Button size="small" onClick={() => replay(clip)}>
                      <Play className="size-4 rtl:-scale-x-100" aria-hidden="true" />
                      {say('replay')}
                    </Button>
                    <a
                      href={clip.content}
                      download={clip.name}
                      aria-label={common('download')}
                      className={buttonClass('quiet', 'icon')}
                    >
                      <Download className="size-4" aria-hidden="true" />
                    </a>
                  </div>
                ))}
            </li>
          ))}
        </ul>
      </Card>
      <Dialog title={say('recording')} open={replayed !== undefined} onClose={() => replay(undefined)} wide>
        {replayed && <MediaPlayer src={replayed.content} type="video" label={say('recording')} autoPlay />}
      </Dialog>
    </section>
  );
}
