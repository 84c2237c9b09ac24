import type { AvatarRequest } from '@orator/client/schemas';
import { useMutation } from '@tanstack/react-query';
import { Clapperboard, ImagePlus } from 'lucide-react';
import { useState } from 'react';
import { orator, queries } from '../../service/orator.ts';
import { uploadOnce } from '../../service/uploads.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { AVATAR_NAME, nameOfFile } from './avatar-names.ts';

type Source = 'photo' | 'video';
const ACCEPT = { photo: 'image/*', video: 'video/*' } as const;

/** Makes an avatar from a photo or a training video. */
export function BuildDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useText(AVATARS);
  const { bytes } = useFormats();
  const [source, setSource] = useState<Source>('photo');
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [face, setFace] = useState<'largest' | 'left'>('largest');
  const [faceSize, setFaceSize] = useState<'96' | '256'>('256');
  const build = useMutation({
    mutationFn: async () => {
      const { id } = await uploadOnce(file!);
      const request: AvatarRequest =
        source === 'photo'
          ? { model: 'portrait', image: id, name, face }
          : { model: 'wav2lip', video: id, name, faceSize: faceSize === '96' ? 96 : 256 };
      return orator.createAvatar(request);
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['listJobs'] });
      onClose();
    },
  });
  const take = (taken: File) => {
    if (taken.type.startsWith('video/')) setSource('video');
    if (taken.type.startsWith('image/')) setSource('photo');
    setFile(taken);
    setName(nameOfFile(taken.name));
    build.reset();
  };
  const wrongName = name !== '' && !AVATAR_NAME.test(name);
  const Icon = source === 'photo' ? ImagePlus : Clapperboard;
  return (
    <Dialog title={say('build')} hint={say(`build.hint.${source}`)} open onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          build.mutate();
        }}
      >
        <Choice
          label={say('source')}
          value={source}
          options={(['photo', 'video'] as const).map((value) => ({ value, label: say(`source.${value}`) }))}
          onChange={(next) => {
            setSource(next);
            setFile(null);
            build.reset();
          }}
        />
        <FileDrop label={say(`drop.${source}`)} accept={ACCEPT[source]} onFiles={([taken]) => take(taken!)}>
          <span className="flex min-h-32 flex-col items-center justify-center gap-1 p-4 text-center">
            <Icon className="mb-1 size-8 text-accent" aria-hidden="true" strokeWidth={1.5} />
            <span className="font-medium">{file ? file.name : say(`drop.${source}`)}</span>
            {file && <span className="text-faint text-sm">{bytes(file.size)}</span>}
          </span>
        </FileDrop>
        <Field label={say('name')} hint={say('name.hint')} problem={wrongName ? say('name.wrong') : undefined}>
          {(ids) => (
            <input
              {...ids}
              dir="ltr"
              required
              spellCheck={false}
              maxLength={128}
              className={inputClass}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        {source === 'photo' ? (
          <Field label={say('face')} hint={say('face.hint')}>
            {() => (
              <Choice
                label={say('face')}
                value={face}
                options={(['largest', 'left'] as const).map((value) => ({ value, label: say(`face.${value}`) }))}
                onChange={setFace}
              />
            )}
          </Field>
        ) : (
          <Field label={say('faceSize')} hint={say('faceSize.hint')}>
            {() => (
              <Choice
                label={say('faceSize')}
                value={faceSize}
                options={(['96', '256'] as const).map((value) => ({ value, label: value }))}
                onChange={setFaceSize}
              />
            )}
          </Field>
        )}
        {build.error && <ErrorState error={build.error} />}
        <Button type="submit" kind="primary" disabled={!file || !name || wrongName} busy={build.isPending}>
          {say(build.isPending ? 'build.sending' : 'build.start')}
        </Button>
      </form>
    </Dialog>
  );
}
