import type { Voice } from '@orator/client/schemas';
import { useCallback, useEffect, useRef, useState } from 'react';
import { orator } from '../../service/orator.ts';
import type { FormValues } from '../../ui/schema-form.tsx';
import { VOICE_OPTIONS } from './speech-card.tsx';
import { baseOf } from './voice-list.ts';

/** Something to say in a language that most voices are asked for; others count, which every one of them can. */
const SENTENCES: Readonly<Record<string, string>> = {
  en: 'Good morning. This is how I sound when I tell you something.',
  ur: 'السلام علیکم۔ میری آواز ایسی سنائی دیتی ہے۔',
  de: 'Guten Morgen. So klinge ich, wenn ich etwas erzähle.',
  fr: 'Bonjour. Voici comment je parle.',
  es: 'Buenos días. Así sueno cuando cuento algo.',
  it: 'Buongiorno. Ecco come suona la mia voce.',
  pt: 'Bom dia. É assim que eu falo.',
  ar: 'صباح الخير. هكذا يبدو صوتي.',
  hi: 'नमस्ते। मेरी आवाज़ ऐसी सुनाई देती है।',
};
const COUNTING = '1, 2, 3, 4, 5.';
const SECONDS = 5;

/** Plays a few words in a voice. */
export interface VoiceSample {
  /** The id of the voice that is heard. */
  readonly playing: string | undefined;
  /** That is about to be. */
  readonly loading: string | undefined;
  readonly error: Error | null;
  readonly play: (voice: Voice) => void;
  readonly stop: () => void;
}

/** A player of samples: one voice at a time, with the options of the voice that are set. It falls silent with its page. */
export function useVoiceSample(settings: FormValues): VoiceSample {
  const [playing, setPlaying] = useState<string>();
  const [loading, setLoading] = useState<string>();
  const [error, setError] = useState<Error | null>(null);
  const sound = useRef<HTMLAudioElement>(undefined);
  const asking = useRef<AbortController>(undefined);

  const stop = useCallback(() => {
    asking.current?.abort();
    sound.current?.pause();
    setPlaying(undefined);
    setLoading(undefined);
  }, []);
  useEffect(() => stop, [stop]);

  const play = useCallback(
    async (voice: Voice) => {
      stop();
      setError(null);
      setLoading(voice.id);
      const leaving = new AbortController();
      asking.current = leaving;
      const options = Object.fromEntries(Object.entries(settings).filter(([name]) => VOICE_OPTIONS.includes(name)));
      const text = SENTENCES[baseOf(voice.language)] ?? COUNTING;
      try {
        const request = { ...options, text, voice: voice.id, seconds: SECONDS };
        const said = await orator.createPreview(request, { signal: leaving.signal });
        const audio = new Audio(URL.createObjectURL(await soundOf(said.sound)));
        sound.current = audio;
        audio.addEventListener('ended', () => sound.current === audio && setPlaying(undefined));
        audio.addEventListener('pause', () => URL.revokeObjectURL(audio.src), { once: true });
        await audio.play();
        setPlaying(voice.id);
      } catch (thrown) {
        if (!leaving.signal.aborted) setError(thrown as Error);
      }
      if (!leaving.signal.aborted) setLoading(undefined);
    },
    [settings, stop],
  );
  return { playing, loading, error, play: (voice) => void play(voice), stop };
}

const soundOf = async (base64: string) =>
  new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'audio/wav' });
