import { FileAudio, Hand, Keyboard, Mic, Square } from 'lucide-react';
import { useKept } from '../../keep/kept.ts';
import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { FileTalk } from './file-talk.tsx';
import type { LiveSettings } from './live-settings.ts';
import { MicrophoneTalk } from './microphone-talk.tsx';
import { MoodControls } from './mood-controls.tsx';
import { Recorder } from './recorder.tsx';
import { TextTalk } from './text-talk.tsx';
import type { Live } from './use-live.ts';
import { useMicrophone } from './use-microphone.ts';
import { useSoundFile } from './use-sound-file.ts';

/** All that can be done with a face that lives: have it speak, silence it, move it, record it. */
export function TalkPanel({
  live,
  session,
  settings,
  onSaid,
  onMood,
}: {
  readonly live: Live;
  readonly session: string;
  readonly settings: LiveSettings;
  readonly onSaid: (utterance: string, text: string) => void;
  readonly onMood: (part: Partial<LiveSettings>) => void;
}) {
  const say = useText(LIVE);
  const [tab, open] = useKept<'text' | 'microphone' | 'file'>('live.tab', 'text');
  const { player, state, fail } = live;
  const isLive = state.session === 'ready' || state.session === 'streaming';
  const microphone = useMicrophone(player, isLive, fail);
  const file = useSoundFile(player, isLive, fail);
  const tabs = [
    {
      name: 'text',
      label: say('tab.text'),
      icon: Keyboard,
      content: <TextTalk session={session} onSaid={onSaid} />,
    },
    {
      name: 'microphone',
      label: say('tab.microphone'),
      icon: Mic,
      content: (
        <MicrophoneTalk
          microphone={{
            ...microphone,
            open(device) {
              file.stop();
              return microphone.open(device);
            },
          }}
        />
      ),
    },
    {
      name: 'file',
      label: say('tab.file'),
      icon: FileAudio,
      content: (
        <FileTalk
          file={file.file}
          onPlay={(source) => {
            microphone.close();
            void file.play(source);
          }}
          onStop={file.stop}
        />
      ),
    },
  ] as const;
  const interrupt = () => {
    file.stop();
    player?.interrupt();
  };
  return (
    <>
      <div className="flex gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-[calc(3.6rem+env(safe-area-inset-bottom))] max-md:z-10 max-md:border-line max-md:border-t max-md:bg-surface/95 max-md:px-4 max-md:py-2 max-md:backdrop-blur">
        <Button className="grow" disabled={state.session !== 'streaming'} onClick={interrupt}>
          <Hand className="size-5" aria-hidden="true" />
          {say('interrupt')}
        </Button>
        <Button kind="danger" className="grow" onClick={live.stop}>
          <Square className="size-4 fill-current" aria-hidden="true" />
          {say('stop')}
        </Button>
      </div>
      <Card className="p-5">
        <Tabs label={say('talkBy')} tabs={tabs} open={tab} onOpen={open} />
      </Card>
      <Card className="p-5">
        <MoodControls settings={settings} onChange={onMood} />
      </Card>
      <Card className="p-5">
        <Recorder session={session} />
      </Card>
    </>
  );
}
