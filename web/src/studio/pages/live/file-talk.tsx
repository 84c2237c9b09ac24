import { FileAudio, Square } from 'lucide-react';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { Button } from '../../ui/button.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { Progress } from '../../ui/progress.tsx';
import type { SoundFile } from './use-sound-file.ts';

/** Has the face say a file. */
export function FileTalk({
  file,
  onPlay,
  onStop,
}: {
  readonly file: SoundFile | undefined;
  readonly onPlay: (file: File) => void;
  readonly onStop: () => void;
}) {
  const say = useText(LIVE);
  const { clock } = useFormats();
  if (file) {
    return (
      <div className="flex flex-col gap-3">
        <p className="flex items-baseline justify-between gap-3 text-sm">
          <span dir="auto" className="min-w-0 truncate font-medium">
            {file.name}
          </span>
          <span className="shrink-0 text-faint tabular-nums">
            {clock(Math.min(file.at, file.length))} / {clock(file.length)}
          </span>
        </p>
        <Progress label={say('file.progress')} share={Math.min(1, file.at / file.length)} />
        <Button onClick={onStop}>
          <Square className="size-4" aria-hidden="true" />
          {say('file.stop')}
        </Button>
      </div>
    );
  }
  return (
    <FileDrop label={say('file')} accept="audio/*,.wav,.mp3,.m4a,.ogg,.flac" onFiles={([first]) => onPlay(first!)}>
      <div className="flex flex-col items-center gap-2 px-4 py-8 text-center">
        <FileAudio className="size-7 text-accent" aria-hidden="true" />
        <p className="font-medium">{say('file')}</p>
        <p className="text-faint text-sm">{say('file.hint')}</p>
      </div>
    </FileDrop>
  );
}
