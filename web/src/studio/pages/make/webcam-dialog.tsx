import { OratorError } from '@orator/core/base/errors';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { drawnAs } from './photo-file.ts';

const WANTED: MediaStreamConstraints = {
  video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } },
};

/** Takes a photo with the camera. Nothing is recorded, and the camera is off as soon as this is closed. */
export function WebcamDialog({
  onPhoto,
  onClose,
}: {
  readonly onPhoto: (photo: File) => void;
  readonly onClose: () => void;
}) {
  const say = useText(MAKE);
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState<OratorError>();
  useEffect(() => {
    const opening = navigator.mediaDevices?.getUserMedia(WANTED) ?? Promise.reject(new Error('no camera'));
    let left = false;
    opening.then(
      (stream) => {
        if (!left && video.current) video.current.srcObject = stream;
      },
      (cause: unknown) => left || setError(new OratorError('source/unreachable', say('camera.refused'), { cause })),
    );
    return () => {
      left = true;
      void opening.then(stop, () => undefined);
    };
  }, [say]);
  return (
    <Dialog title={say('photo.camera')} hint={say('camera.hint')} open onClose={onClose}>
      {error ? (
        <ErrorState error={error} />
      ) : (
        <div className="flex flex-col gap-4">
          <video
            ref={video}
            autoPlay
            playsInline
            muted
            onLoadedData={() => setReady(true)}
            className="aspect-video w-full -scale-x-100 rounded-2xl bg-stage object-contain"
          />
          <Button
            kind="primary"
            disabled={!ready}
            onClick={() => void drawnAs(video.current!, say('camera.name')).then(onPhoto)}
          >
            {say('camera.take')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

const stop = (stream: MediaStream) => {
  for (const track of stream.getTracks()) track.stop();
};
