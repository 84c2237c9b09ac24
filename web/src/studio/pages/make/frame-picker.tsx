import { OratorError } from '@orator/core/base/errors';
import { useEffect, useRef, useState } from 'react';
import { useFormats, useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Slider } from '../../ui/slider.tsx';
import { drawnAs } from './photo-file.ts';

/** Chooses the moment of a video that becomes the photo. */
export function FramePicker({
  video,
  onPhoto,
  onClose,
}: {
  readonly video: File;
  readonly onPhoto: (photo: File) => void;
  readonly onClose: () => void;
}) {
  const say = useText(MAKE);
  const { clock } = useFormats();
  const player = useRef<HTMLVideoElement>(null);
  const [url, setUrl] = useState<string>();
  const [length, setLength] = useState(0);
  const [at, setAt] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(video);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [video]);
  return (
    <Dialog title={say('frame.title')} hint={say('frame.hint')} open onClose={onClose}>
      {failed ? (
        <ErrorState error={new OratorError('video/unsupported', say('frame.failed'))} />
      ) : (
        <div className="flex flex-col gap-4">
          <video
            ref={player}
            src={url}
            muted
            playsInline
            preload="auto"
            onLoadedMetadata={() => setLength(player.current!.duration)}
            onError={() => url && setFailed(true)}
            className="max-h-[50dvh] w-full rounded-2xl bg-stage object-contain"
          />
          <Slider
            label={say('frame.moment')}
            value={[at]}
            min={0}
            max={Math.max(0.04, length)}
            step={0.04}
            valueText={clock}
            onChange={([next]) => {
              setAt(next!);
              player.current!.currentTime = next!;
            }}
          />
          <Button
            kind="primary"
            disabled={length === 0}
            onClick={() => void drawnAs(player.current!, video.name).then(onPhoto)}
          >
            {say('frame.take')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
