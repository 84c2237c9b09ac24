import { useCallback, useMemo } from 'react';
import { useKept } from '../../keep/kept.ts';
import { useKeptFile } from '../../keep/kept-file.ts';
import type { FormValues } from '../../ui/schema-form.tsx';
import { BALANCED } from './presets.ts';

/** What is to be made, apart from its files. */
export interface MakeDraft {
  /** Who speaks: a voice that reads a text, or a recording. */
  readonly speech: 'text' | 'sound';
  readonly text: string;
  /** What is said in the recording, where somebody knows. */
  readonly transcript: string;
  readonly voice: string;
  /** The id of an avatar that speaks in place of a photo. */
  readonly avatar: string | null;
  /** Options of a video that differ from what the service does by itself. */
  readonly settings: FormValues;
}

const EMPTY: MakeDraft = { speech: 'text', text: '', transcript: '', voice: 'en-us', avatar: null, settings: BALANCED };

/** The draft of a clip: it survives a reload, its photo and its recording too. */
export interface MakeState {
  readonly draft: MakeDraft;
  readonly change: (part: Partial<MakeDraft>) => void;
  readonly set: (name: string, value: unknown) => void;
  /** Undefined until it is known whether there is one. */
  readonly photo: File | null | undefined;
  readonly setPhoto: (photo: File | null) => void;
  readonly sound: File | null | undefined;
  readonly setSound: (sound: File | null) => void;
}

/** The draft, and how to change it. */
export function useMakeDraft(): MakeState {
  const [kept, keep] = useKept<Partial<MakeDraft>>('make.draft', EMPTY);
  const draft: MakeDraft = useMemo(() => ({ ...EMPTY, ...kept }), [kept]);
  const [photo, setPhoto] = useKeptFile('make.photo');
  const [sound, setSound] = useKeptFile('make.sound');
  const change = useCallback((part: Partial<MakeDraft>) => keep({ ...draft, ...part }), [keep, draft]);
  const set = useCallback(
    (name: string, value: unknown) => change({ settings: withOption(draft.settings, name, value) }),
    [change, draft],
  );
  return { draft, change, set, photo, setPhoto, sound, setSound };
}

/** Options with one of them changed; undefined leaves it to the service. */
export function withOption(options: FormValues, name: string, value: unknown): FormValues {
  const { [name]: _before, ...rest } = options;
  return value === undefined ? rest : { ...rest, [name]: value };
}
