import { useMutation } from '@tanstack/react-query';
import { PackageOpen } from 'lucide-react';
import { useState } from 'react';
import { orator, queries } from '../../service/orator.ts';
import { AVATARS } from '../../strings/avatars.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useAnnounce } from '../../ui/toast.tsx';
import { AVATAR_NAME, nameOfFile } from './avatar-names.ts';

/** Takes in an avatar that was made elsewhere, as TAR. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useText(AVATARS);
  const announce = useAnnounce();
  const { bytes } = useFormats();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const bring = useMutation({
    mutationFn: () => orator.importAvatar({ file: file! }, { name }),
    onSuccess: async (avatar) => {
      announce(say('import.done', { name: avatar.name }));
      await queries.invalidateQueries({ queryKey: ['listAvatars'] });
      void queries.invalidateQueries({ queryKey: ['listAssets'] });
      onClose();
    },
  });
  const wrongName = name !== '' && !AVATAR_NAME.test(name);
  return (
    <Dialog title={say('import')} hint={say('import.hint')} open onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          bring.mutate();
        }}
      >
        <FileDrop
          label={say('import.drop')}
          accept=".tar,.gz,.tgz,application/x-tar,application/gzip"
          onFiles={([taken]) => {
            setFile(taken!);
            setName(nameOfFile(taken!.name));
            bring.reset();
          }}
        >
          <span className="flex min-h-32 flex-col items-center justify-center gap-1 p-4 text-center">
            <PackageOpen className="mb-1 size-8 text-accent" aria-hidden="true" strokeWidth={1.5} />
            <span className="font-medium">{file ? file.name : say('import.drop')}</span>
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
        {bring.isPending && <Progress label={say('import.running')} />}
        {bring.error && <ErrorState error={bring.error} />}
        <Button type="submit" kind="primary" disabled={!file || !name || wrongName} busy={bring.isPending}>
          {say(bring.isPending ? 'import.running' : 'import.start')}
        </Button>
      </form>
    </Dialog>
  );
}
