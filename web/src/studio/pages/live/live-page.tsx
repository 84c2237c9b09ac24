import { ImagePlus, RotateCw } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { queries } from '../../service/orator.ts';
import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { readPhoto, UnreadablePhoto, useFace, useFaceView } from './live-face.ts';
import { bestMode, FIRST_SETTINGS, type LiveSettings } from './live-settings.ts';
import { isOpen } from './live-state.ts';
import { SessionHistory, useHistory } from './session-history.tsx';
import { SetupPanel } from './setup-panel.tsx';
import { FacePicture, Stage } from './stage.tsx';
import { StatusBar } from './status-bar.tsx';
import { TalkPanel } from './talk-panel.tsx';
import { Trouble } from './trouble.tsx';
import { useCaptions } from './use-captions.ts';
import { useLive } from './use-live.ts';

/** The page Live: a face that talks now. */
export default function LivePage() {
  const common = useText(SHARED);
  const say = useText(LIVE);
  const live = useLive();
  const { state, player } = live;
  const { caption, expect } = useCaptions(player);
  const [face, choose] = useFace();
  const view = useFaceView(face);
  const [kept, setSettings] = useKept<Partial<LiveSettings>>('live.settings', FIRST_SETTINGS);
  const settings: LiveSettings = { ...FIRST_SETTINGS, ...kept };
  const mode = settings.mode ?? bestMode().mode;
  const id = state.opened?.session_id;
  const isRunning = isOpen(state) && state.session !== 'initializing';
  useMemory(id, isRunning, face?.name ?? '', mode);

  const start = () => {
    if (face) void live.start(face, settings);
  };
  const takePhoto = async ([file]: readonly File[]) => {
    try {
      const photo = await readPhoto(file!);
      live.forgive();
      choose({ kind: 'photo', name: photo.name, file: photo });
    } catch (thrown) {
      const code = thrown instanceof UnreadablePhoto ? thrown.code : 'page';
      live.fail({ code, message: (thrown as Error).message });
    }
  };
  const changeMood = (part: Partial<LiveSettings>) => {
    const next = { ...settings, ...part };
    setSettings(next);
    if (state.connection !== 'connected') return; // it holds from the next session on
    player?.config({ emotion: next.emotion, intensity: next.intensity, gaze: next.gaze });
  };

  return (
    <>
      <div className={isRunning ? 'max-md:sr-only' : ''}>
        <PageTitle title={common('page.live')} {...(isRunning ? {} : { hint: say('hint') })} />
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(21rem,25rem)]">
        <div className="flex min-w-0 flex-col gap-3 max-md:contents">
          <div className="max-md:sticky max-md:top-14 max-md:z-10">
            <Stage state={state} attach={live.attach} view={view} caption={caption} canBeCalm={mode === 'motion'}>
              {state.connection === 'lost' ? (
                <div className="absolute inset-0 grid place-items-center p-6">
                  {view && <FacePicture view={view} className="opacity-30" />}
                  <div className="relative flex flex-col items-center gap-4 text-center text-white">
                    <p className="text-lg">{say('lost')}</p>
                    <Button kind="primary" onClick={start}>
                      <RotateCw className="size-5" aria-hidden="true" />
                      {say('again')}
                    </Button>
                  </div>
                </div>
              ) : (
                <FileDrop
                  label={say('photo')}
                  accept="image/*,video/*"
                  onFiles={(files) => void takePhoto(files)}
                  className={`absolute! inset-0 rounded-3xl! bg-transparent! ${view ? 'border-transparent!' : 'border-white/25!'}`}
                >
                  {view && <FacePicture view={view} />}
                  <span className="absolute inset-0 grid place-items-center p-6 text-center text-white">
                    {view ? (
                      <span className="absolute bottom-4 flex items-center gap-2 rounded-full bg-black/65 px-4 py-2 text-sm">
                        <ImagePlus className="size-4" aria-hidden="true" />
                        {say('photo.other')}
                      </span>
                    ) : (
                      <span className="flex flex-col items-center gap-3">
                        <span className="grid size-16 place-items-center rounded-full bg-white/10">
                          <ImagePlus className="size-8" aria-hidden="true" />
                        </span>
                        <span className="font-semibold text-xl">{say('photo')}</span>
                        <span className="max-w-sm text-white/75">{say('photo.hint')}</span>
                      </span>
                    )}
                  </span>
                </FileDrop>
              )}
            </Stage>
          </div>
          {state.problem && (
            <Trouble
              key={state.errors}
              problem={state.problem}
              onRetry={isRunning || !face ? undefined : start}
              onClose={live.forgive}
            />
          )}
          {state.opened?.warnings.map((warning) => (
            <p key={warning} dir="auto" className="rounded-2xl bg-warn-soft px-4 py-2.5 text-sm text-warn">
              {warning}
            </p>
          ))}
          <div className="max-md:order-last">
            <StatusBar state={state} />
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-4 max-md:[&_:is(button,input,textarea,a)]:scroll-mt-[44dvh] max-md:[&_:is(button,input,textarea,a)]:scroll-mb-36">
          {isRunning && id ? (
            <TalkPanel live={live} session={id} settings={settings} onSaid={expect} onMood={changeMood} />
          ) : (
            <SetupPanel
              face={face}
              settings={settings}
              isPreparing={state.session === 'initializing'}
              onFace={choose}
              onSettings={setSettings}
              onStart={start}
              onCancel={live.stop}
            />
          )}
        </div>
      </div>
      <SessionHistory />
    </>
  );
}

/** Remembers each session, and how long it lasted. */
function useMemory(id: string | undefined, isRunning: boolean, face: string, mode: 'motion' | 'ws' | 'webrtc'): void {
  const { remember } = useHistory();
  const [begun, setBegun] = useState<Date>();
  const write = useEffectEvent((at: Date, seconds: number) => {
    if (id) remember({ id, at: at.toISOString(), seconds, face, mode });
  });
  useEffect(() => {
    if (id && isRunning) {
      const now = new Date();
      setBegun(now);
      write(now, 0);
    }
  }, [id, isRunning]);
  useEffect(() => {
    if (!begun || isRunning) return;
    write(begun, (Date.now() - begun.getTime()) / 1000);
    setBegun(undefined);
    void queries.invalidateQueries({ queryKey: ['listAssets'] }); // a recording ends with its session
  }, [begun, isRunning]);
}
