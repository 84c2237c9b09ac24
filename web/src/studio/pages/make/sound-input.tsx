import { FileAudio, Mic } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import type { MakeState } from './make-draft.ts';
import { Recorder } from './recorder.tsx';
import { SoundEditor } from './sound-editor.tsx';
import { readSound } from './sound-file.ts';

/** A recording that is said: dropped, picked, or spoken now; cut to the part that is wanted. */
export function SoundInput({ state }: { readonly state: MakeState }) {
  const say = useText(MAKE);
  const { draft, change, sound, setSound } = state;
  const [recording, setRecording] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const take = (file: File) => {
    setError(null);
    setRecording(false);
    readSound(file).then(() => setSound(file), setError);
  };
  if (recording) return <Recorder onSound={take} onCancel={() => setRecording(false)} />;
  return (
    <div className="flex flex-col gap-4">
      {error && <ErrorState error={error} />}
      {sound ? (
        <SoundEditor key={`${sound.name} ${sound.lastModified}`} sound={sound} onSound={setSound} />
      ) : (
        <>
          <FileDrop
            label={say('sound.drop')}
            accept="audio/*,video/*"
            paste={false}
            onFiles={([file]) => file && take(file)}
            className="p-6"
          >
            <span className="flex flex-col items-center gap-2 text-center">
              <FileAudio className="size-7 text-accent" aria-hidden="true" />
              <span className="font-medium">{say('sound.drop')}</span>
              <span className="text-faint text-sm">{say('sound.hint')}</span>
            </span>
          </FileDrop>
          <Button onClick={() => setRecording(true)}>
            <Mic className="size-5" aria-hidden="true" />
            {say('record.start')}
          </Button>
        </>
      )}
      {sound && (
        <Field label={say('transcript.label')} hint={say('transcript.hint')}>
          {(ids) => (
            <textarea
              {...ids}
              dir="auto"
              rows={2}
              className={`${inputClass} field-sizing-content max-h-40 resize-y`}
              value={draft.transcript}
              onChange={({ target }) => change({ transcript: target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
