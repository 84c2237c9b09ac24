import { Camera, ImagePlus } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { AvatarPicker } from './avatar-picker.tsx';
import { FramePicker } from './frame-picker.tsx';
import { readPhoto } from './photo-file.ts';
import { WebcamDialog } from './webcam-dialog.tsx';

/** Takes a photo: dropped, picked, pasted, from the camera, or a moment of a video. */
export function PhotoPicker({
  onPhoto,
  onAvatar,
  onError,
}: {
  readonly onPhoto: (photo: File) => void;
  readonly onAvatar: (avatar: string) => void;
  readonly onError: (error: unknown) => void;
}) {
  const say = useText(MAKE);
  const [camera, setCamera] = useState(false);
  const [video, setVideo] = useState<File>();
  const take = ([file]: readonly File[]) => {
    if (file?.type.startsWith('video/')) setVideo(file);
    else if (file) readPhoto(file).then(onPhoto, onError);
  };
  return (
    <div className="absolute inset-0 flex flex-col gap-3 bg-surface">
      <FileDrop
        label={say('photo.drop')}
        accept="image/*,video/*"
        onFiles={take}
        className="grid grow place-items-center rounded-3xl"
      >
        <span className="flex max-w-sm flex-col items-center gap-3 px-6 pb-14 text-center">
          <span className="grid size-16 place-items-center rounded-3xl bg-accent-soft text-accent">
            <ImagePlus className="size-8" aria-hidden="true" />
          </span>
          <span className="font-semibold text-xl">{say('photo.drop')}</span>
          <span className="text-soft">{say('photo.hint')}</span>
        </span>
      </FileDrop>
      <div className="absolute inset-x-0 bottom-5 flex flex-wrap justify-center gap-2 px-4">
        <Button size="small" onClick={() => setCamera(true)}>
          <Camera className="size-4" aria-hidden="true" />
          {say('photo.camera')}
        </Button>
        <AvatarPicker onAvatar={onAvatar} />
      </div>
      {camera && (
        <WebcamDialog
          onClose={() => setCamera(false)}
          onPhoto={(photo) => {
            setCamera(false);
            onPhoto(photo);
          }}
        />
      )}
      {video && (
        <FramePicker
          video={video}
          onClose={() => setVideo(undefined)}
          onPhoto={(photo) => {
            setVideo(undefined);
            onPhoto(photo);
          }}
        />
      )}
    </div>
  );
}
