import { Captions, CircleAlert, Focus, Maximize, Volume2, VolumeX } from 'lucide-react';
import { lazy, type ReactNode, type RefCallback, Suspense, useEffect, useRef, useState } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';
import { useKept } from '../../keep/kept.ts';
import { whenConnected } from '../../service/connection.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import type { FaceView } from './live-face.ts';
import { isOpen, type LiveState } from './live-state.ts';
import type { Caption } from './use-captions.ts';

const PlayerView = lazy(() => whenConnected().then(() => import('./player-view.tsx')));
/** A session waits so long for a viewer that was lost, s. */
const RESUME_SECONDS = 30;

/** The place where the face lives: what is said below it, and how it is looked at. `children` stands there while there is no session. */
export function Stage({
  state,
  attach,
  view,
  caption,
  canBeCalm,
  children,
}: {
  readonly state: LiveState;
  readonly attach: RefCallback<OratorPlayer>;
  /** What is seen of the face before it lives. */
  readonly view: FaceView | undefined;
  readonly caption: Caption | undefined;
  readonly canBeCalm: boolean;
  readonly children: ReactNode;
}) {
  const say = useText(LIVE);
  const stage = useRef<HTMLElement>(null);
  const [muted, mute] = useKept('live.muted', false);
  const [calm, setCalm] = useKept('live.calm', false);
  const [captioned, setCaptioned] = useKept('live.captions', true);
  const isLive = state.session === 'ready' || state.session === 'streaming';
  const toggles = [
    { name: 'mute', icon: muted ? VolumeX : Volume2, on: muted, turn: mute, there: true },
    { name: 'calm', icon: Focus, on: calm, turn: setCalm, there: canBeCalm },
    { name: 'captions', icon: Captions, on: captioned, turn: setCaptioned, there: true },
  ] as const;
  return (
    <section
      ref={stage}
      aria-label={say('stage')}
      data-session={state.session}
      className="relative h-[36dvh] min-h-56 overflow-hidden rounded-3xl bg-stage shadow-card ring-1 ring-line md:h-[min(68dvh,56rem)]"
    >
      <Suspense>
        <PlayerView
          player={attach}
          label={say('face.label')}
          muted={muted}
          calm={calm}
          className={`absolute inset-x-0 top-0 ${captioned ? 'bottom-12 lg:bottom-0' : 'bottom-0'} ${isLive ? '' : 'invisible'}`}
        />
      </Suspense>
      {state.session === 'initializing' && <Waiting view={view} />}
      {!isOpen(state) && children}
      {state.connection === 'reconnecting' && state.lostAt !== undefined && <Lost since={state.lostAt} />}
      {captioned && caption && (
        <p
          dir="auto"
          data-caption
          className="pointer-events-none absolute inset-x-3 bottom-3 mx-auto w-fit max-w-3xl rounded-xl bg-black/70 px-3 py-1 text-center text-sm text-white lg:text-lg"
        >
          {caption.heard}
          <span className="opacity-60">{caption.ahead}</span>
        </p>
      )}
      {isLive && (
        <div className="absolute inset-x-3 top-3 flex justify-end gap-1.5">
          {toggles.map(({ name, icon: Icon, on, turn, there }) =>
            there ? (
              <StageButton key={name} label={say(name)} pressed={on} onClick={() => turn(!on)}>
                <Icon className="size-5" aria-hidden="true" />
              </StageButton>
            ) : null,
          )}
          {document.fullscreenEnabled && (
            <StageButton
              label={say('full')}
              onClick={() => {
                if (document.fullscreenElement) void document.exitFullscreen();
                else void stage.current?.requestFullscreen();
              }}
            >
              <Maximize className="size-5" aria-hidden="true" />
            </StageButton>
          )}
        </div>
      )}
    </section>
  );
}

function StageButton({
  label,
  pressed,
  onClick,
  children,
}: {
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      className="grid size-11 place-items-center rounded-full bg-black/55 text-white backdrop-blur transition-colors hover:bg-black/80 aria-pressed:bg-white aria-pressed:text-black"
    >
      {children}
    </button>
  );
}

/** What a face looks like, filling the stage. */
export function FacePicture({ view, className = '' }: { readonly view: FaceView; readonly className?: string }) {
  const look = `absolute inset-0 size-full object-contain ${className}`;
  return view.isVideo ? (
    <video src={view.src} className={look} muted playsInline preload="metadata" tabIndex={-1} />
  ) : (
    <img src={view.src} alt="" className={look} />
  );
}

function Waiting({ view }: { readonly view: FaceView | undefined }) {
  const say = useText(LIVE);
  return (
    <>
      {view && <FacePicture view={view} className="animate-breathe" />}
      <p role="status" className="absolute inset-x-0 bottom-5 text-center text-white">
        <span className="rounded-full bg-black/65 px-4 py-2">{say('preparing')}</span>
      </p>
    </>
  );
}

/** A connection that is being made again, and for how long yet. */
function Lost({ since }: { readonly since: number }) {
  const say = useText(LIVE);
  const { number } = useFormats();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil(RESUME_SECONDS - (now - since) / 1000));
  return (
    <div role="status" className="absolute inset-x-0 bottom-0 flex justify-center p-4">
      <p className="flex items-center gap-2 rounded-full bg-black/75 px-4 py-2 text-white">
        <CircleAlert className="size-5" aria-hidden="true" />
        {say('reconnecting', { seconds: number(left, 0) })}
      </p>
    </div>
  );
}
