import { normal, type Random } from '@orator/core/base/random';
import { hertz, seconds } from '@orator/core/base/units';
import type { TimedPhone } from '@orator/core/speech/phone';
import { moveStopsToClosure } from '@orator/core/speech/stop-closure';
import type { Utterance } from './utterance.ts';

interface EspeakEvent {
  readonly type: string;
  readonly audio_position: number;
  readonly id: string;
}
interface Espeak {
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  set_pitch(pitch: number): void;
  set_range(range: number): void;
  synthesize(text: string, onSound: (pcm: Int16Array, events: readonly EspeakEvent[]) => void): void;
}

const RATE = hertz(22_050);
/** Voice variants that sound like people; the rest are robots and jokes. Builds of the program differ in which they hold. */
const VARIANTS =
  `Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen
  adam anika antonio aunty belinda benjamin boris caleb david ed edward edward2 f1 f2 f3 f4 f5 grandma grandpa gustave iven
  iven2 iven3 iven4 john kaukovalta klatt klatt2 klatt3 klatt4 linda m1 m2 m3 m4 m5 m6 m7 m8 marcelo max michel miguel norbert
  pablo paul pedro quincy rob robert sandro shelby steph steph2 steph3 travis victor whisper zac`.split(/\s+/);
/** English text is read in all accents. */
const ACCENTS: Readonly<Record<string, readonly string[]>> = {
  en: ['en-us', 'en-us', 'en', 'en-gb-scotland', 'en-gb-x-rp', 'en-gb-x-gbclan', 'en-gb-x-gbcwmd', 'en-029'],
  es: ['es', 'es-419'],
  pt: ['pt', 'pt-br'],
  fr: ['fr', 'fr-be', 'fr-ch'],
};

/** Opens the synthesiser: reads text of a language in a random voice, at a random rate and pitch. */
export async function openEspeak(random: Random): Promise<(text: string, language: string) => Utterance> {
  const { default: init } = await import('@echogarden/espeak-ng-emscripten');
  const { eSpeakNGWorker } = (await init()) as { eSpeakNGWorker: new () => Espeak };
  const espeak = new eSpeakNGWorker();
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
  const variants = VARIANTS.filter((variant) => espeak.set_voice(`en+${variant}`) === 0);
  return (text, language) => {
    const accent = pick(ACCENTS[language] ?? [language]);
    const voice = random() < 0.1 ? accent : `${accent}+${pick(variants)}`;
    if (espeak.set_voice(voice) !== 0) throw new Error(`espeak has no voice "${voice}"`);
    espeak.set_rate(Math.round(Math.min(280, Math.max(110, 175 + 35 * normal(random)))));
    espeak.set_pitch(Math.round(15 + 70 * random()));
    espeak.set_range(Math.round(20 + 70 * random()));
    const parts: Int16Array[] = [];
    const events: EspeakEvent[] = [];
    espeak.synthesize(text, (pcm, news) => {
      parts.push(pcm);
      events.push(...news);
    });
    const pcm = Float32Array.from(
      parts.flatMap((part) => Array.from(part)),
      (x) => x / 32_768,
    );
    const phones = moveStopsToClosure(phonesOf(events, pcm.length / RATE), pcm, 0, RATE);
    return { pcm, rate: RATE, phones, alphabet: 'ipa' };
  };
}

/** Phone events in order; names in brackets switch the language, bare diacritics belong to the phone before. */
function phonesOf(events: readonly EspeakEvent[], end: number): TimedPhone[] {
  const named = events.filter(({ type, id }) => type === 'phoneme' && !id.startsWith('('));
  const starts = named.filter(({ id }) => id === '' || /[\p{L}@]/u.test(id.replace(/[ʰʲʷˠˤˈˌːˑ]/gu, '')));
  return starts.map(({ id, audio_position }, i) => ({
    phone: id,
    start: seconds(audio_position / 1000),
    end: seconds(i + 1 < starts.length ? starts[i + 1]!.audio_position / 1000 : end),
  }));
}
